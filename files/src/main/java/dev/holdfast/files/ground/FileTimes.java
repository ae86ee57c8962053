package dev.holdfast.files.ground;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** utimensat(2) with {@code FileTime}s. */
public final class FileTimes {
  private static final byte[] EMPTY = new byte[0];

  private FileTimes() {}

  /** The kernel's two numbers; null means "leave it". */
  private record Timespec(long seconds, long nanos) {
    static Timespec of(@Nullable FileTime time) {
      if (time == null) {
        return new Timespec(0, Unistd.UTIME_OMIT);
      }
      Instant instant = time.toInstant();
      return new Timespec(instant.getEpochSecond(), instant.getNano());
    }
  }

  /** On an open descriptor, O_PATH ones too. */
  public static SyscallResult set(
      int fd, @Nullable FileTime modified, @Nullable FileTime accessed) {
    Timespec mtime = Timespec.of(modified);
    Timespec atime = Timespec.of(accessed);
    return Unistd.utimensat(
        fd, EMPTY, atime.seconds, atime.nanos, mtime.seconds, mtime.nanos, Fcntl.AT_EMPTY_PATH);
  }
}
