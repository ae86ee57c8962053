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
              path, "a socket, or a FIFO that nobody reads; " + reason, Row.S11, errno);
      case EAGAIN ->
          new RaceDetectedException(
              path, "names changed underneath at every try; " + reason, Row.S18, errno);
      default -> SyscallExceptions.of(errno, call, path);
    };
  }

  /** For calls confined to a directory, where EXDEV says that the name left it. */
  static FileSystemException ofConfined(Errno errno, String call, String path) {
    return errno == Errno.EXDEV
        ? new PathEscapeException(path, "leads out of the directory it must stay in", errno)
        : of(errno, call, path);
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
