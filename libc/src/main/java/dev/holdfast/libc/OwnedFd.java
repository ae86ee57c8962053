package dev.holdfast.libc;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An open file descriptor with one owner.
 *
 * <p><b>Guarantees.</b> It is closed once. While a {@link #borrow} is outstanding the number cannot
 * be recycled: a concurrent {@link #close} takes effect when the last borrower returns it. One that
 * is forgotten is closed by the collector, and reported.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> close(2), and the idea of counting uses from Go's {@code os.Root}.
 */
public final class OwnedFd implements AutoCloseable {
  private static final AtomicLong LEAKED = new AtomicLong();

  /** Apart from the owner, which it outlives; open ones stand in the table. */
  private static final class State extends PhantomReference<OwnedFd> {
    private static final int CLOSED = 1 << 31;
    private static final ReferenceQueue<OwnedFd> FORGOTTEN = new ReferenceQueue<>();
    private static final VarHandle USES = uses();

    static {
      Thread.ofPlatform().daemon().name("holdfast-descriptors").start(State::closeForgotten);
    }

    final int fd;
    final String what;

    /** Number of borrowers; the sign bit says that close was asked for. */
    @SuppressWarnings("unused") // Accessed through its VarHandle.
    private volatile int uses;

    State(OwnedFd owner, int fd, String what) {
      super(owner, FORGOTTEN);
      this.fd = fd;
      this.what = what;
    }

    private static VarHandle uses() {
      try {
        return MethodHandles.lookup().findVarHandle(State.class, "uses", int.class);
      } catch (ReflectiveOperationException impossible) {
        throw new ExceptionInInitializerError(impossible);
      }
    }

    boolean isOpen() {
      return uses >= 0;
    }

    boolean enter() {
      for (; ; ) {
        int now = uses;
        if (now < 0) {
          return false;
        }
        if (USES.compareAndSet(this, now, now + 1)) {
          return true;
        }
      }
    }

    SyscallResult leave() {
      return (int) USES.getAndAdd(this, -1) - 1 == CLOSED ? closeNow() : SyscallResult.SUCCESS;
    }

    SyscallResult close() {
      for (; ; ) {
        int now = uses;
        if (now < 0) {
          return SyscallResult.SUCCESS;
        }
        if (USES.compareAndSet(this, now, now | CLOSED)) {
          return now == 0 ? closeNow() : SyscallResult.SUCCESS;
        }
      }
    }

    boolean release() {
      if (!USES.compareAndSet(this, 0, CLOSED)) {
        return false;
      }
      OpenDescriptors.remove(fd, this);
      return true;
    }

    private SyscallResult closeNow() {
      // Before the number can be somebody else's.
      OpenDescriptors.remove(fd, this);
      return Unistd.close(fd);
    }

    /** Does nothing but load this class early. */
    static void prepare() {}

    private static void closeForgotten() {
      for (; ; ) {
        try {
          ((State) FORGOTTEN.remove()).forgotten();
        } catch (InterruptedException nobodyHasThisThread) {
          return;
        }
      }
    }

    private void forgotten() {
      if (isOpen()) {
        LEAKED.incrementAndGet();
        log().log(System.Logger.Level.WARNING, "descriptor {0} of {1} was never closed", fd, what);
        close();
      }
    }
  }

  private final State state;

  private OwnedFd(int fd, String what) {
    this.state = new State(this, fd, what);
    OpenDescriptors.put(fd, state);
  }

  /**
   * Takes the ownership of an open descriptor.
   *
   * @param what names it in messages
   */
  public static OwnedFd of(int fd, String what) {
    if (fd < 0) {
      throw new IllegalArgumentException("not a descriptor: " + fd);
    }
    return new OwnedFd(fd, what);
  }

  /** Starts the thread that finds the forgotten: with the identity of the calling one. */
  public static void prepare() {
    State.prepare();
  }

  /** Takes the ownership of what a call just opened, or throws what the call failed with. */
  public static OwnedFd of(SyscallResult opened, String call, String path) throws IOException {
    return of((int) opened.orThrow(call, path), path);
  }

  /**
   * The number, to be used until {@link #giveBack}; always in {@code try … finally}.
   *
   * @throws ClosedChannelException if it was closed
   */
  public int borrow() throws ClosedChannelException {
    if (!state.enter()) {
      throw new ClosedChannelException();
    }
    return state.fd;
  }

  /**
   * The number for a {@code try} that gives it back at its end.
   *
   * @throws ClosedChannelException if it was closed
   */
  public Use use() throws ClosedChannelException {
    return new Use(this);
  }

  /** A {@link #borrow} with an end. Threads: one at a time. */
  public static final class Use implements AutoCloseable {
    private final OwnedFd owned;

    private Use(OwnedFd owned) throws ClosedChannelException {
      owned.borrow();
      this.owned = owned;
    }

    /** The number, until {@link #close}. */
    public int fd() {
      return owned.state.fd;
    }

    @Override
    public void close() {
      owned.giveBack();
    }
  }

  /** Ends a {@link #borrow}. */
  public void giveBack() {
    SyscallResult closed = state.leave();
    if (closed.failed()) {
      log().log(System.Logger.Level.WARNING, "close of {0}: {1}", state.what, closed);
    }
  }

  public boolean isOpen() {
    return state.isOpen();
  }

  /**
   * Gives up the ownership: the caller now closes the number.
   *
   * @throws IllegalStateException if it is closed or in use
   */
  public int release() {
    if (!state.release()) {
      throw new IllegalStateException("closed or in use: " + state.what);
    }
    return state.fd;
  }

  /**
   * Closes it, or has the last borrower close it. Never retried: the number is free even after an
   * error.
   *
   * @throws IOException what close(2) reported, which can be a late write error
   */
  @Override
  public void close() throws IOException {
    SyscallResult closed = state.close();
    closed.orThrow("close", state.what);
  }

  /** How many were forgotten and found by the collector since the start: for tests. */
  public static long leaked() {
    return LEAKED.get();
  }

  /** Looked up only now: the first logger of a process takes a good part of a start. */
  private static System.Logger log() {
    return System.getLogger(OwnedFd.class.getName());
  }

  @Override
  public String toString() {
    return state.what + " (fd " + state.fd + (isOpen() ? ")" : ", closed)");
  }
}
