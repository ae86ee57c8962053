package dev.holdfast.locks.named;

import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.kernel.FlockLock;
import dev.holdfast.locks.kernel.HarmlessClose;
import dev.holdfast.locks.kernel.KernelWait;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A lock file that was found, as it was read from one descriptor, which stays open: until then no
 * other file can have its inode number.
 *
 * @param pin null if it could not be opened
 */
public record FoundFile(
    NamedFile.Identity identity,
    byte[] contents,
    @Nullable HolderRecord record,
    @Nullable OwnedFd pin)
    implements AutoCloseable {
  /** Reads a file that was opened, and keeps it open. */
  static FoundFile read(OwnedFd file, Path path) throws IOException {
    boolean kept = false;
    try (OwnedFd.Use use = file.use()) {
      Statx stat = Statx.fstat(use.fd()).orThrow("fstat", FileName.shownOf(path));
      byte[] contents = stat.isRegular() ? contents(use.fd()) : new byte[0];
      HolderRecord record = HolderRecord.parse(contents);
      kept = true;
      return new FoundFile(
          NamedFile.Identity.of(stat),
          contents,
          record == null ? HolderRecord.besideOf(use.fd()) : record,
          file);
    } finally {
      if (!kept) {
        file.close();
      }
    }
  }

  private static byte[] contents(int fd) {
    byte[] buffer = new byte[HolderRecord.MOST_BYTES];
    int length = 0;
    while (length < buffer.length) {
      SyscallResult read = Unistd.pread(fd, buffer, length, buffer.length - length, length);
      if (read.failed() || read.raw() == 0) {
        break;
      }
      length += read.intValue();
    }
    return Arrays.copyOf(buffer, length);
  }

  /**
   * True if nobody has the flock of the file: nobody who made it, and nobody who inherited it. By a
   * shared one, so that two who ask at once do not hinder each other.
   */
  boolean flockIsFree() throws IOException {
    if (pin == null) {
      return false;
    }
    try (OwnedFd.Use use = pin.use()) {
      boolean free = FileLocks.flock(use.fd(), FileLocks.LOCK_SH | FileLocks.LOCK_NB).ok();
      if (free) {
        FileLocks.flock(use.fd(), FileLocks.LOCK_UN);
      }
      return free;
    }
  }

  /**
   * Has another thread wait in the kernel until nobody has the flock of the file.
   *
   * @param free run when nobody has it
   * @return null if that cannot be done now
   */
  KernelWait.@Nullable Elsewhere awaitFlock(Runnable free) throws IOException {
    OwnedFd waitedFor = Objects.requireNonNull(pin);
    int fd = waitedFor.borrow();
    KernelWait.Elsewhere wait =
        KernelWait.elsewhere(
            () -> {
              SyscallResult got = FileLocks.flock(fd, FileLocks.LOCK_SH);
              if (got.ok()) {
                FileLocks.flock(fd, FileLocks.LOCK_UN);
                free.run();
              }
              return got;
            },
            waitedFor::giveBack);
    if (wait == null) {
      waitedFor.giveBack();
    }
    return wait;
  }

  /** Who has the flock of the file, as far as that can be seen. */
  private List<Holder> flockHolders() throws IOException {
    Statx stat = stat();
    return stat == null
        ? List.of()
        : KernelLocks.holders(
            stat,
            KernelLocks.Family.FLOCK,
            Key.ofFile(FlockLock.KIND, identity.device(), identity.inode(), 0, 0));
  }

  /** True if that process started after the file was written. */
  private boolean isOlderThan(int pid) throws IOException {
    Statx stat = stat();
    return stat != null && Recovery.startedAfter(pid, stat);
  }

  /** What it is that names no holder. */
  private String saysNothing() throws IOException {
    Statx stat = stat();
    return stat == null
        ? "what is there cannot be read"
        : stat.isRegular()
            ? "the file says nothing of its holder"
            : "what is there is not a regular file";
  }

  private @Nullable Statx stat() throws IOException {
    if (pin == null) {
      return null;
    }
    try (OwnedFd.Use use = pin.use()) {
      return Statx.fstat(use.fd()).orThrow("fstat", "lock file");
    }
  }

  /**
   * Who holds a lock file that was found, first whom it names. Of one that is flocked, and whose
   * maker has ended or lives in another PID namespace, those who have the flock.
   */
  List<Holder> holders(NamedFile file) throws IOException {
    Holder named = holder(file);
    boolean seen = named.pid() > 0 && !Recovery.hasEnded(named.pid());
    if (seen || pin == null || flockIsFree()) {
      return List.of(named);
    }
    List<Holder> heirs = flockHolders();
    return heirs.stream().anyMatch(heir -> heir.pid() > 0) ? heirs : List.of(named);
  }

  public Holder holder(NamedFile file) throws IOException {
    if (record != null && !namesAnother()) {
      Verdict verdict = Recovery.judge(file, this, record);
      Holder holder = record.holder();
      return new Holder(
          holder.pid(),
          holder.command(),
          holder.mode(),
          0,
          0,
          holder.since(),
          holder.host(),
          holder.note() + ", " + verdict.why());
    }
    return byNumber(pidIn(contents));
  }

  /**
   * True if the file has the number of a running program that is not in the record: a daemon wrote
   * its own into its PID file.
   */
  public boolean namesAnother() throws IOException {
    int said = pidIn(contents);
    return record != null
        && said > 0
        && said != record.pid()
        && !Recovery.hasEnded(said)
        && !isOlderThan(said);
  }

  /** What a file of another program says. */
  private Holder byNumber(int pid) throws IOException {
    boolean known = pid > 0;
    return new Holder(
        known ? pid : -1,
        known ? KernelLocks.commandOf(pid) : "",
        Mode.EXCLUSIVE,
        0,
        0,
        null,
        "",
        known ? asTheFileSays(pid) : saysNothing() + ": if nobody uses it, remove it");
  }

  private String asTheFileSays(int pid) throws IOException {
    String elsewhere = ": if the program does not run elsewhere, remove the file";
    if (Recovery.hasEnded(pid)) {
      return "as the file says, but no such process is here" + elsewhere;
    }
    return isOlderThan(pid)
        ? "as the file says, but that process started after the file was written" + elsewhere
        : "as the file says";
  }

  /** The number that a file of another program begins with; -1 if there is none. */
  static int pidIn(byte[] contents) {
    String text = new String(contents, StandardCharsets.US_ASCII).strip();
    int end = 0;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    try {
      return end == 0 ? -1 : Integer.parseInt(text.substring(0, end));
    } catch (NumberFormatException tooLong) {
      return -1;
    }
  }

  @Override
  public void close() throws IOException {
    if (pin != null) {
      HarmlessClose.of(pin);
    }
  }
}
