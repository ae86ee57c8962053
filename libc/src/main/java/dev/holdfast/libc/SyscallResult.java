package dev.holdfast.libc;

import java.nio.file.FileSystemException;

/**
 * What a system call answered, in the kernel's convention: zero or a positive value on success,
 * minus the error number on failure.
 *
 * @param raw the kernel's answer
 */
public record SyscallResult(long raw) {
  /** For calls that answer nothing but success. */
  public static final SyscallResult SUCCESS = new SyscallResult(0);

  public static SyscallResult failure(Errno errno) {
    return new SyscallResult(-errno.number);
  }

  public boolean ok() {
    return raw >= 0 || raw < -4095;
  }

  public boolean failed() {
    return !ok();
  }

  /** True if the call failed with exactly this error. */
  public boolean is(Errno errno) {
    return raw == -errno.number;
  }

  /** The error; {@link Errno#UNKNOWN} if the call succeeded. */
  public Errno errno() {
    return ok() ? Errno.UNKNOWN : Errno.of((int) -raw);
  }

  /** The value of a call that succeeded. */
  public long value() {
    if (failed()) {
      throw new IllegalStateException("the call failed: " + this);
    }
    return raw;
  }

  public int intValue() {
    return Math.toIntExact(value());
  }

  /**
   * The value, or the exception Java people expect for the error.
   *
   * @param call the system call's name, for the message
   * @param path what it was called on, for the message
   */
  public long orThrow(String call, String path) throws FileSystemException {
    if (failed()) {
      throw SyscallExceptions.of(errno(), call, path);
    }
    return raw;
  }

  @Override
  public String toString() {
    return ok() ? Long.toString(raw) : errno().name();
  }
}
