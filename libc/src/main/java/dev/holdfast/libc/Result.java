package dev.holdfast.libc;

import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * What a system call answered that fills a structure: the structure, or the error.
 *
 * @param valueOrNull null exactly if the call failed
 * @param errno {@link Errno#UNKNOWN} if the call succeeded
 */
public record Result<T>(@Nullable T valueOrNull, Errno errno) {
  public static <T> Result<T> of(T value) {
    return new Result<>(value, Errno.UNKNOWN);
  }

  public static <T> Result<T> failure(Errno errno) {
    return new Result<>(null, errno);
  }

  public boolean ok() {
    return valueOrNull != null;
  }

  public boolean failed() {
    return valueOrNull == null;
  }

  public boolean is(Errno error) {
    return valueOrNull == null && errno == error;
  }

  /** The value of a call that succeeded. */
  public T value() {
    if (valueOrNull == null) {
      throw new IllegalStateException("the call failed: " + errno);
    }
    return valueOrNull;
  }

  /** The value, or the exception Java people expect; see {@link SyscallResult#orThrow}. */
  public T orThrow(String call, String path) throws FileSystemException {
    if (valueOrNull == null) {
      throw SyscallExceptions.of(errno, call, path);
    }
    return valueOrNull;
  }
}
