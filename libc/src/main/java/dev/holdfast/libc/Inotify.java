package dev.holdfast.libc;

import java.util.ArrayList;
import java.util.List;

/** {@code <sys/inotify.h>}: what happens to the names in a directory, inotify(7). */
public final class Inotify {
  public static final int IN_CLOSE_WRITE = 0x8;
  public static final int IN_CLOSE_NOWRITE = 0x10;
  public static final int IN_OPEN = 0x20;
  public static final int IN_MOVED_FROM = 0x40;
  public static final int IN_MOVED_TO = 0x80;
  public static final int IN_CREATE = 0x100;
  public static final int IN_DELETE = 0x200;
  public static final int IN_DELETE_SELF = 0x400;
  public static final int IN_MOVE_SELF = 0x800;
  public static final int IN_Q_OVERFLOW = 0x4000;
  public static final int IN_IGNORED = 0x8000;
  public static final int IN_ONLYDIR = 0x01000000;
  public static final int IN_DONT_FOLLOW = 0x02000000;
  public static final int IN_MASK_ADD = 0x20000000;

  private static final int HEADER = 16;
  private static final int BUFFER = 16 * 1024;

  private Inotify() {}

  /**
   * {@code struct inotify_event}.
   *
   * @param watch -1 for {@link #IN_Q_OVERFLOW}
   * @param name bytes without a NUL; empty if the event is about the watched object itself
   */
  public record Event(int watch, int mask, byte[] name) {}

  /** {@code int inotify_init1(int flags)}, always close-on-exec, Linux 2.6.27. */
  public static SyscallResult inotify_init1() {
    return Kernel.call(Sysno.INOTIFY_INIT1, Fcntl.O_CLOEXEC, 0, 0);
  }

  /**
   * {@code int inotify_add_watch(int fd, const char *path, uint32_t mask)}. {@code ENOSPC}: the
   * user's limit of watches is reached.
   */
  public static SyscallResult inotify_add_watch(int fd, byte[] path, int mask) {
    if (Paths.invalid(path)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      return Kernel.call(scratch, Sysno.INOTIFY_ADD_WATCH, fd, scratch.cString(path), mask);
    }
  }

  /** {@code int inotify_rm_watch(int fd, int wd)}. */
  public static SyscallResult inotify_rm_watch(int fd, int watch) {
    return Kernel.call(Sysno.INOTIFY_RM_WATCH, fd, watch, 0);
  }

  /** read(2) of the next events. Blocks: it must not run on a virtual thread. */
  public static Result<List<Event>> read(int fd) {
    try (Scratch scratch = Scratch.open()) {
      long buffer = scratch.allocate(BUFFER);
      SyscallResult result = Kernel.call(scratch, Sysno.READ, fd, buffer, BUFFER);
      if (result.failed()) {
        return Result.failure(result.errno());
      }
      List<Event> events = new ArrayList<>();
      long end = buffer + result.raw();
      for (long at = buffer; at < end; ) {
        int length = Memory.getInt(at + 12);
        events.add(new Event(Memory.getInt(at), Memory.getInt(at + 4), name(at + HEADER, length)));
        at += HEADER + length;
      }
      return Result.of(events);
    }
  }

  /** The kernel pads names with NULs. */
  private static byte[] name(long at, int padded) {
    int length = 0;
    while (length < padded && Memory.getByte(at + length) != 0) {
      length++;
    }
    byte[] name = new byte[length];
    Memory.copyOut(at, name, 0, length);
    return name;
  }
}
