package dev.holdfast.libc;

import java.util.ArrayList;
import java.util.List;

/** {@code <sys/fanotify.h>}: permission events, fanotify(7). Needs CAP_SYS_ADMIN. */
public final class Fanotify {
  public static final int FAN_CLASS_CONTENT = 4;
  public static final int FAN_MARK_ADD = 1;
  public static final long FAN_OPEN_PERM = 0x10000;
  public static final int FAN_ALLOW = 1;
  public static final int FAN_DENY = 2;

  private static final int FAN_CLOEXEC = 1;
  private static final int METADATA = 24;
  private static final int BUFFER = 8 * 1024;

  private Fanotify() {}

  /**
   * {@code struct fanotify_event_metadata}.
   *
   * @param fd the object, open; the reader closes it; -1 if the queue overflowed
   * @param pid who asks
   */
  public record Event(long mask, int fd, int pid) {}

  /** {@code int fanotify_init(unsigned flags, unsigned event_f_flags)}, always close-on-exec. */
  public static SyscallResult fanotify_init(int flags) {
    long eventFlags = Fcntl.O_RDONLY | Fcntl.O_CLOEXEC;
    return Kernel.call(Sysno.FANOTIFY_INIT, flags | FAN_CLOEXEC, eventFlags, 0);
  }

  /** {@code int fanotify_mark(int fd, unsigned flags, uint64_t mask, int dirfd, const char *)}. */
  public static SyscallResult fanotify_mark(int fd, int flags, long mask, byte[] path) {
    if (Paths.invalid(path)) {
      return SyscallResult.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      long p = scratch.cString(path);
      return Kernel.call(scratch, Sysno.FANOTIFY_MARK, fd, flags, mask, Fcntl.AT_FDCWD, p, 0);
    }
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
      for (long at = buffer; at + METADATA <= end; at += Memory.getInt(at)) {
        events.add(
            new Event(Memory.getLong(at + 8), Memory.getInt(at + 16), Memory.getInt(at + 20)));
      }
      return Result.of(events);
    }
  }

  /** write(2) of a {@code struct fanotify_response}: {@link #FAN_ALLOW} or {@link #FAN_DENY}. */
  public static SyscallResult respond(int fd, Event event, int response) {
    try (Scratch scratch = Scratch.open()) {
      long answer = scratch.allocate(8);
      Memory.putInt(answer, event.fd());
      Memory.putInt(answer + 4, response);
      return Kernel.call(scratch, Sysno.WRITE, fd, answer, 8);
    }
  }
}
