package dev.holdfast.libc;

import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** The one place where an error number becomes an exception. */
public final class SyscallExceptions {
  private SyscallExceptions() {}

  /**
   * The {@code java.nio.file} exception for an error where NIO has one, else a plain {@link
   * FileSystemException}. The reason names the call and the error.
   */
  public static FileSystemException of(Errno errno, String call, String path) {
    String reason = call + ": " + errno.message + " (" + errno.name() + ")";
    return switch (errno) {
      case ENOENT -> new NoSuchFileException(path, null, reason);
      case EEXIST -> new FileAlreadyExistsException(path, null, reason);
      case EACCES, EPERM -> new AccessDeniedException(path, null, reason);
      case ENOTDIR -> withReason(new NotDirectoryException(path), reason);
      case ENOTEMPTY -> withReason(new DirectoryNotEmptyException(path), reason);
      case ELOOP -> new LoopException(path, reason);
      default -> new FileSystemException(path, null, reason);
    };
  }

  /** ELOOP of an open that follows no link at the end: in most cases the name is one. */
  public static FileSystemException linkNotFollowed(String path) {
    return new LoopException(
        path, "is a symbolic link, which is not followed (ELOOP): give the name that it leads to");
  }

  private static <X extends FileSystemException> X withReason(X exception, String reason) {
    exception.initCause(new FileSystemException(exception.getFile(), null, reason));
    return exception;
  }

  /** {@link FileSystemLoopException} takes no reason of its own. */
  private static final class LoopException extends FileSystemLoopException {
    private static final long serialVersionUID = 1L;
    private final String reason;

    LoopException(String path, String reason) {
      super(path);
      this.reason = reason;
    }

    @Override
    public String getReason() {
      return reason;
    }

    @Override
    public String getMessage() {
      return getFile() + ": " + reason;
    }
  }
}
