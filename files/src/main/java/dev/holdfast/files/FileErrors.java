package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Errors of opening and resolving, as the exceptions this module promises. */
final class FileErrors {
  /** What open(2) means by EAGAIN, unless it is a look-up by openat2(2). */
  private static final String LEASED =
      "somebody has a lease on it (a file server, say), and was told to give it up";

  private FileErrors() {}

  /** For calls that look a name up. */
  static FileSystemException of(Errno errno, String call, String path) {
    String reason = call + ": " + errno.message + " (" + errno.name() + ")";
    return switch (errno) {
      case ELOOP ->
          new UnsafePathException(
              path, "a symbolic link where none may be followed; " + reason, Row.S05, errno);
      case ENXIO ->
          new UnsafePathException(
              path,
              "a socket, a FIFO that nobody reads, or a device that is not there; " + reason,
              Row.S11,
              errno);
      case EAGAIN -> new FileBusyException(path, LEASED + "; " + reason);
      default -> SyscallExceptions.of(errno, call, path);
    };
  }

  /**
   * For calls confined to a directory, where EXDEV says that the name left it, and EAGAIN that it
   * was never seen to stay.
   */
  static FileSystemException ofConfined(Errno errno, String call, String path) {
    return switch (errno) {
      case EXDEV ->
          new PathEscapeException(path, "leads out of the directory it must stay in", errno);
      case EAGAIN ->
          new RaceDetectedException(
              path,
              "names changed underneath at every try; " + call + ": " + errno.message + " (EAGAIN)",
              Row.S18,
              errno);
      default -> of(errno, call, path);
    };
  }

  /** The same error, told of another name than the one that only we know. */
  static FileSystemException elsewhere(FileSystemException e, String path) {
    return switch (e) {
      case FileHazardException itself -> itself;
      case NoSuchFileException _ -> new NoSuchFileException(path, null, e.getReason());
      case AccessDeniedException _ -> new AccessDeniedException(path, null, e.getReason());
      default -> new FileSystemException(path, null, e.getReason());
    };
  }

  static long orThrow(SyscallResult result, String call, String path) throws FileSystemException {
    if (result.failed()) {
      throw of(result.errno(), call, path);
    }
    return result.raw();
  }
}
