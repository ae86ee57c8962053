package dev.holdfast.files.identity;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Capability;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Doing file work exactly as a user could: with that user's file-system identity and groups, and
 * without the privileges of this process (F11). Not a question whether the user may, which would be
 * out of date with its answer (access(2), hazard S02), but the attempt itself.
 *
 * <pre>{@code
 * try (AsUser alice = AsUser.named("alice");
 *     OpenFile file = alice.open(path, Opening.read())) { … }
 * }</pre>
 *
 * <p><b>Guarantees.</b> Tasks run on one platform thread of their own, whose groups, fsgid and
 * fsuid are set by calls that act on that kernel thread alone, in the order in which none can undo
 * another. Each is read back, and the capabilities that pass file permissions are checked to be
 * gone, before any task runs: if anything is not as asked, nothing runs. The identity is set once
 * and never set back; the thread ends with it. The real and effective user stay, so that the user
 * cannot signal or trace this process meanwhile.
 *
 * <p><b>Remaining races.</b> None in the identity. Names are still looked up as the kernel does: a
 * user can be led through links of others, just as when logged in.
 *
 * <p><b>Threads.</b> Safe for all, virtual ones included: the caller waits, interruptibly, and what
 * it did not wait for is closed. A thread that a task starts inherits the identity, and so does a
 * carrier that is made when a task wakes or starts a virtual thread: tasks do neither, and use no
 * library that does. ({@link Trees} may start one, which ends with the work.) Changing the identity
 * makes the process undumpable, prctl(2).
 *
 * <p><b>Sources.</b> setfsuid(2), credentials(7), capabilities(7).
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class AsUser implements AutoCloseable {
  private static final long FILE_CAPABILITIES =
      1L << Capability.CAP_CHOWN
          | 1L << Capability.CAP_DAC_OVERRIDE
          | 1L << Capability.CAP_DAC_READ_SEARCH
          | 1L << Capability.CAP_FOWNER
          | 1L << Capability.CAP_FSETID
          | 1L << Capability.CAP_LINUX_IMMUTABLE
          | 1L << Capability.CAP_MKNOD
          | 1L << Capability.CAP_MAC_OVERRIDE;

  /** Work to be done as the user. */
  @FunctionalInterface
  public interface Task<T extends @Nullable Object, X extends Exception> {
    T run() throws X;
  }

  /**
   * Tells callers that their task is done. A virtual thread is woken on a carrier, and if there are
   * too few of them whoever wakes it makes one: which must not inherit a user's identity. So nobody
   * but this thread is ever woken by a user's, and the two share no lock with a caller.
   */
  private static final Mailbox<Handover<?, ?>> ANSWERS =
      new Mailbox<>("holdfast-as-user", Handover::tell);

  private final UserIdentity identity;
  private final Mailbox<Handover<?, ?>> tasks;

  private AsUser(UserIdentity identity) {
    this.identity = identity;
    this.tasks = new Mailbox<>("as-" + identity.name(), Handover::run);
  }

  /**
   * As a user of this host, with all of the user's groups.
   *
   * @throws AccessDeniedException if this process may not become that user
   */
  public static AsUser named(String user) throws IOException, InterruptedException {
    return of(UserIdentity.named(user));
  }

  /**
   * As exactly this identity.
   *
   * @throws AccessDeniedException if this process may not become it
   */
  public static AsUser of(UserIdentity identity) throws IOException, InterruptedException {
    // It starts a thread, which would be the user's if a task were the first to open something.
    OwnedFd.prepare();
    AsUser user = new AsUser(identity);
    boolean became = false;
    try {
      IOException refused =
          user.<@Nullable IOException, RuntimeException>call(() -> become(identity));
      if (refused != null) {
        throw refused;
      }
      became = true;
      return user;
    } finally {
      if (!became) {
        user.close();
      }
    }
  }

  public UserIdentity identity() {
    return identity;
  }

  /** Answers what stood in the way, null if nothing did. */
  private static @Nullable IOException become(UserIdentity identity) {
    Result<int[]> had = Identity.getgroups();
    if (had.failed() || !identity.hasGroups(had.value())) {
      SyscallResult set = Identity.setgroups(identity.groupArray());
      if (set.failed()) {
        return denied(identity, "setgroups: " + set.errno().message + " (" + set.errno() + ")");
      }
    }
    Identity.setfsgid(identity.gid());
    Identity.setfsuid(identity.uid());
    // These two report no failure: only asking tells.
    if (Identity.setfsgid(Identity.KEEP) != identity.gid()) {
      return denied(identity, "setfsgid: Operation not permitted (EPERM)");
    }
    if (Identity.setfsuid(Identity.KEEP) != identity.uid()) {
      return denied(identity, "setfsuid: Operation not permitted (EPERM)");
    }
    Result<int[]> groups = Identity.getgroups();
    if (groups.failed() || !identity.hasGroups(groups.value())) {
      return denied(identity, "the groups are not what was set");
    }
    Result<Capability.Sets> capabilities = Capability.capget();
    boolean keepsPower =
        capabilities.failed() || (capabilities.value().effective() & FILE_CAPABILITIES) != 0;
    return keepsPower && identity.uid() != 0
        ? denied(identity, "the thread would keep capabilities that pass file permissions")
        : null;
  }

  private static AccessDeniedException denied(UserIdentity identity, String why) {
    return new AccessDeniedException("user " + identity.name(), null, why);
  }

  /**
   * Runs a task as the user and waits for it.
   *
   * @return what the task returned; if the caller was interrupted and does not get it, a result
   *     that is {@link AutoCloseable} is closed
   * @throws X what the task threw
   * @throws IllegalStateException if this is closed
   */
  public <T extends @Nullable Object, X extends Exception> T call(Task<T, X> task)
      throws X, InterruptedException {
    if (tasks.isCurrentThread()) {
      return task.run();
    }
    Handover<T, X> handover = new Handover<>(task);
    if (!tasks.put(handover)) {
      throw new IllegalStateException("closed");
    }
    return handover.await();
  }

  /**
   * Opens a file exactly as the user could; see {@link OpenFile#open}.
   *
   * @throws InterruptedIOException if this thread was interrupted, which it then still is
   */
  public OpenFile open(Path path, Opening opening) throws IOException {
    try {
      return this.<OpenFile, IOException>call(() -> OpenFile.open(path, opening));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      InterruptedIOException failure = new InterruptedIOException(FileName.shownOf(path));
      failure.initCause(interrupted);
      throw failure;
    }
  }

  /** Ends the thread, after the task it is at. Tasks that wait for their turn are not run. */
  @Override
  public void close() {
    tasks.close(Handover::refuse);
  }

  /** One task on its way to the thread, and its result on the way back. */
  private static final class Handover<T extends @Nullable Object, X extends Exception> {
    private final Task<T, X> task;
    private final CountDownLatch done = new CountDownLatch(1);

    /** Set by whoever comes first: the one that is done, or the one that waits no longer. */
    private final AtomicBoolean settled = new AtomicBoolean();

    private @Nullable Object result;
    private @Nullable Throwable thrown;

    Handover(Task<T, X> task) {
      this.task = task;
    }

    /** On the user's thread. */
    void run() {
      if (settled.get()) {
        return;
      }
      try {
        result = task.run();
      } catch (Throwable whateverItIs) {
        thrown = whateverItIs;
      }
      if (settled.compareAndSet(false, true)) {
        ANSWERS.put(this);
      } else {
        closeResult();
      }
    }

    /** On whichever thread closed it. */
    void refuse() {
      thrown = new IllegalStateException("closed");
      if (settled.compareAndSet(false, true)) {
        ANSWERS.put(this);
      }
    }

    void tell() {
      done.countDown();
    }

    private void closeResult() {
      if (result instanceof AutoCloseable open) {
        try {
          open.close();
        } catch (Exception nobodyWaits) {
          // The caller was interrupted, and knows that it has no result.
        }
      }
    }

    /** What the task returned is as null as T is. */
    @SuppressWarnings({"unchecked", "NullAway"})
    T await() throws X, InterruptedException {
      try {
        done.await();
      } catch (InterruptedException interrupted) {
        if (!settled.compareAndSet(false, true)) {
          closeResult();
        }
        throw interrupted;
      }
      Throwable failure = thrown;
      if (failure instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure != null) {
        // A task throws nothing else that is checked.
        throw (X) failure;
      }
      return (T) result;
    }
  }
}
