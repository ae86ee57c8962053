package dev.holdfast.locks.named;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.kernel.KernelWait;
import dev.holdfast.locks.kernel.LockFile;
import dev.holdfast.locks.kernel.Sidecar;
import dev.holdfast.locks.process.Engine;
import dev.holdfast.locks.wait.Backoff;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.locks.wait.NameWatch;
import dev.holdfast.locks.wait.Timers;
import dev.holdfast.locks.wait.Watch;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A lock that is held as long as a file is there. */
public final class NamedFileEngine implements Engine {
  private static final long POLL_BASE = 500_000;
  private static final long POLL_CAP = 20_000_000;
  private static final long TOUCH_SECONDS = 60;

  /** After so many looks, about a tenth of a second, a wait is long enough to be shown. */
  private static final int LOOKS_UNSEEN = 12;

  /**
   * What the file looks like.
   *
   * @param contents made from the record
   * @param beside whether the record goes beside the contents, for files that other programs read
   * @param links whether it is made by link(2) of a named file, as NFS needs it
   * @param recovers whether a dead holder's file is taken away
   * @param touched whether others take it away when it is old
   * @param device what is to be flocked as well
   */
  public record Style(
      Function<HolderRecord, byte[]> contents,
      boolean beside,
      boolean links,
      boolean recovers,
      boolean touched,
      int permissions,
      @Nullable Path device) {}

  private final Kind kind;
  private final NamedFile file;
  private final Style style;
  private final Key key;
  private final Sidecar sidecar;

  private volatile Publication.@Nullable Published mine;
  private @Nullable ScheduledFuture<?> touching;
  private @Nullable OwnedFd device;

  public NamedFileEngine(Kind kind, NamedFile file, Style style) {
    this.kind = kind;
    this.file = file;
    this.style = style;
    this.key = file.key(kind);
    this.sidecar = Sidecar.of(file.path);
  }

  boolean inPlace() throws IOException {
    return file.inPlace();
  }

  @Override
  public Key key() {
    return key;
  }

  @Override
  public String name() {
    return FileName.shownOf(file.path);
  }

  @Override
  public boolean tryClaim(Mode mode) throws IOException {
    boolean claimed = false;
    try {
      claimed = tryPublish() && (style.device() == null || lockDevice(style.device()));
    } finally {
      takeBackUnless(claimed);
    }
    return claimed;
  }

  private boolean tryPublish() throws IOException {
    return publish() || (style.recovers() && recover() && publish());
  }

  /** Our file would keep everybody out, ourselves included, as long as this process lives. */
  private void takeBackUnless(boolean claimed) throws IOException {
    if (!claimed && mine != null) {
      release();
    }
  }

  private boolean lockDevice(Path path) throws IOException {
    LockFile opened = LockFile.open(path, LockFile.Want.DEVICE, 0);
    device = opened.fd();
    try (OwnedFd.Use use = opened.fd().use()) {
      SyscallResult result = FileLocks.flock(use.fd(), FileLocks.LOCK_EX | FileLocks.LOCK_NB);
      if (result.is(Errno.EAGAIN)) {
        return false;
      }
      result.orThrow("flock", FileName.shownOf(path));
      return true;
    }
  }

  private boolean publish() throws IOException {
    if (file.there() != null) {
      // Making it ready to find the name taken would cost far more.
      return false;
    }
    file.removeLeftovers();
    boolean flocked = style.recovers() && file.flockProves();
    HolderRecord record = Self.record().withFlock(flocked);
    byte[] contents = style.contents().apply(record);
    byte[] beside = style.beside() ? record.toBytes() : null;
    Publication ready = new Publication(file, contents, beside, style.permissions(), flocked);
    Publication.Published published = style.links() ? ready.publishNamed(true) : ready.publish();
    if (published == null) {
      return false;
    }
    mine = published;
    if (style.touched()) {
      // On a thread of its own: a server that does not answer must not stop everybody's clock.
      Runnable touch = () -> Thread.startVirtualThread(() -> touch(published.identity()));
      touching = Timers.every(TOUCH_SECONDS, TimeUnit.SECONDS, touch);
    }
    return true;
  }

  private synchronized void touch(NamedFile.Identity published) {
    try {
      Publication.Published held = mine;
      if (held != null && held.identity().equals(published)) {
        file.touch(published);
      }
    } catch (IOException noticedByEnsureValid) {
      // It will be found lost when it is asked for.
    }
  }

  /** Takes the file of a dead holder away; true if the name may be free now. */
  private boolean recover() throws IOException {
    HolderRecord record;
    try (FoundFile found = file.read()) {
      if (found == null) {
        return true;
      }
      record = found.record();
      if (record == null || !Recovery.judge(file, found, record).dead()) {
        return false;
      }
    }
    String token = record.token();
    return sidecar.exclusively(_ -> takeAwayIfStillDead(token));
  }

  /** With the sidecar held: nobody else recovers now, and what was judged may be gone already. */
  private boolean takeAwayIfStillDead(String token) throws IOException {
    try (FoundFile found = file.read()) {
      if (found == null) {
        return true;
      }
      HolderRecord record = found.record();
      return record != null
          && record.token().equals(token)
          && Recovery.judge(file, found, record).dead()
          && file.takeAway(found.identity());
    }
  }

  @Override
  public boolean claim(Mode mode, Deadline deadline) throws IOException, InterruptedException {
    if (tryClaim(mode)) {
      return true;
    }
    boolean claimed = false;
    try {
      claimed = claimWaiting(mode, deadline);
    } finally {
      // It may have been ours already when the end of the wait failed.
      takeBackUnless(claimed);
    }
    return claimed;
  }

  private boolean claimWaiting(Mode mode, Deadline deadline)
      throws IOException, InterruptedException {
    Backoff backoff = new Backoff(POLL_BASE, POLL_CAP);
    Path directory = file.path.getParent();
    if (directory == null) {
      throw new AssertionError("a lock file without a directory");
    }
    try (Watch watch = NameWatch.unparkWhenGone(directory);
        FlockWait shown = new FlockWait()) {
      for (int looks = 0; ; looks++) {
        if (tryClaim(mode)) {
          return true;
        }
        if (deadline.passed()) {
          return false;
        }
        if (looks >= LOOKS_UNSEEN) {
          shown.renew();
        }
        if (watch.works()) {
          LockSupport.parkNanos(this, Math.min(backoff.nextNanos(), deadline.left()));
        } else {
          backoff.pause(deadline);
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
  }

  /**
   * A second wait, in the kernel, for the flock of whoever made the file: so others see in the
   * kernel's table that we wait, for whom, and whether that is a circle. A file that nobody has
   * flocked (on a network file system, or of another program) has none.
   */
  private final class FlockWait implements AutoCloseable {
    private @Nullable FoundFile found;
    private KernelWait.@Nullable Elsewhere wait;

    /** Waits for the one who has it now. */
    void renew() throws IOException {
      if (!style.recovers() || !file.flockProves() || (wait != null && !wait.hasEnded())) {
        return;
      }
      close();
      FoundFile there = file.read();
      found = there;
      if (there != null && there.pin() != null && !there.flockIsFree()) {
        Thread waiter = Thread.currentThread();
        wait = there.awaitFlock(() -> LockSupport.unpark(waiter));
      }
    }

    @Override
    public void close() throws IOException {
      KernelWait.Elsewhere waiting = wait;
      if (waiting != null) {
        waiting.close();
        wait = null;
      }
      FoundFile there = found;
      if (there != null) {
        there.close();
        found = null;
      }
    }
  }

  @Override
  public void release() throws IOException {
    ScheduledFuture<?> timer = touching;
    if (timer != null) {
      timer.cancel(false);
      touching = null;
    }
    OwnedFd flocked = device;
    if (flocked != null) {
      device = null;
      flocked.close();
    }
    try (Publication.Published held = notMineAnyMore()) {
      if (held != null && !file.takeAway(held.identity())) {
        throw new LockLostException(
            FileName.shownOf(file.path), "the lock file is gone or was replaced");
      }
    }
  }

  /** Nobody touches it from here on. */
  private synchronized Publication.@Nullable Published notMineAnyMore() {
    Publication.Published held = mine;
    mine = null;
    return held;
  }

  @Override
  public boolean passOn(boolean on) throws IOException {
    Publication.Published held = mine;
    if (held == null || !style.recovers() || !file.flockProves()) {
      return false;
    }
    try (OwnedFd.Use use = held.pin().use()) {
      Fcntl.fcntl(use.fd(), Fcntl.F_SETFD, on ? 0 : Fcntl.FD_CLOEXEC)
          .orThrow("fcntl F_SETFD", name());
      return true;
    }
  }

  @Override
  public Watch watch(Runnable hint) {
    return file.watch(hint);
  }

  @Override
  public boolean releaseTells() {
    return true;
  }

  @Override
  public long token(Mode mode) throws IOException {
    return sidecar.token(kind.word(), mode);
  }

  @Override
  public void check(Mode mode) throws IOException {
    Publication.Published held = mine;
    NamedFile.Identity there = file.there();
    if (held == null || !held.identity().equals(there)) {
      throw new LockLostException(
          FileName.shownOf(file.path),
          there == null ? "somebody removed the lock file" : "somebody replaced the lock file");
    }
  }

  @Override
  public List<Holder> holders() throws IOException {
    try (FoundFile found = file.read()) {
      return found == null ? List.of() : found.holders(file);
    }
  }

  @Override
  public void dispose() {
    file.close();
  }
}
