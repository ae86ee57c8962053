package dev.holdfast.locks.named;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import java.io.IOException;
import java.util.Arrays;

/**
 * What stands in a PID file that is open, and beside it: a number for everybody, and the record of
 * the last one that had the flock. Threads: one at a time.
 *
 * @param path for messages
 */
record PidFileContents(int fd, String path) {
  /** The number in it; -1 if there is none. */
  int number() {
    byte[] contents = new byte[32];
    SyscallResult length = Unistd.pread(fd, contents, 0, contents.length, 0);
    return length.failed() ? -1 : FoundFile.pidIn(Arrays.copyOf(contents, length.intValue()));
  }

  /** The number of the last one that had the flock and said so; -1 if that is not known. */
  int recorded() {
    HolderRecord record = HolderRecord.besideOf(fd);
    return record == null ? -1 : record.pid();
  }

  /**
   * With the flock held: true if the file is empty, or was left by one who had the flock too.
   *
   * <p>A daemon may have written another number than the one beside the file. Where the file system
   * keeps nothing beside a file, the number alone is judged: it is nobody's, or that of a process
   * that started after the file was written.
   */
  boolean mayBeTakenOver() throws IOException {
    SyscallResult first = Unistd.pread(fd, new byte[1], 0, 1, 0);
    if (first.failed() || first.raw() == 0) {
      return first.ok();
    }
    Result<byte[]> beside = Xattr.fgetxattr(fd, HolderRecord.BESIDE);
    int said = number();
    if (beside.failed()) {
      return beside.is(Errno.EOPNOTSUPP) && isNobody(said);
    }
    HolderRecord record = HolderRecord.parse(beside.value());
    return record != null && (record.pid() == said || isNobody(said));
  }

  /** True if the number belongs to no process, or to one that the file cannot mean. */
  private boolean isNobody(int pid) throws IOException {
    if (pid <= 0) {
      return false;
    }
    Result<Statx> stat = Statx.fstat(fd);
    return Recovery.hasEnded(pid) || (stat.ok() && Recovery.startedAfter(pid, stat.value()));
  }

  /**
   * True if the file has the number of a running program that we did not write: a daemon that
   * closed the descriptors that it was given, the lock among them, says in this way that it is
   * there.
   */
  boolean areAnothers() throws IOException {
    int said = number();
    int recorded = recorded();
    return recorded > 0
        && said > 0
        && said != recorded
        && said != Unistd.getpid()
        && !isNobody(said);
  }

  /** Writes it anew. */
  void write(HolderRecord record) throws IOException {
    // Emptied first: if we end before the number is written, the next one may take it over. A
    // number beside the record of another holder would be respected for ever.
    Unistd.ftruncate(fd, 0).orThrow("ftruncate", path);
    writeBeside(record);
    if (writeNumber(record) != bytes(record).length) {
      throw SyscallExceptions.of(Errno.ENOSPC, "write", path);
    }
  }

  /** The same for one that is never empty: somebody may be reading it. */
  void replace(HolderRecord record) throws IOException {
    writeBeside(record);
    writeNumber(record);
    Unistd.ftruncate(fd, bytes(record).length).orThrow("ftruncate", path);
  }

  void writeBeside(HolderRecord record) {
    Xattr.fsetxattr(fd, HolderRecord.BESIDE, record.toBytes(), 0);
  }

  private long writeNumber(HolderRecord record) throws IOException {
    byte[] contents = bytes(record);
    return Unistd.pwrite(fd, contents, 0, contents.length, 0).orThrow("write", path);
  }

  private static byte[] bytes(HolderRecord record) {
    return (record.pid() + "\n").getBytes(US_ASCII);
  }
}
