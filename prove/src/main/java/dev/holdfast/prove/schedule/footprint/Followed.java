package dev.holdfast.prove.schedule.footprint;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.watch.Operation;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which system calls the {@linkplain Footprints table} follows, by families, and of which nothing
 * can be claimed. Threads: safe for all.
 */
public final class Followed {
  static final Set<Sysno> READS =
      EnumSet.of(Sysno.READ, Sysno.PREAD64, Sysno.READV, Sysno.PREADV, Sysno.PREADV2);
  static final Set<Sysno> WRITES =
      EnumSet.of(
          Sysno.WRITE,
          Sysno.PWRITE64,
          Sysno.WRITEV,
          Sysno.PWRITEV,
          Sysno.PWRITEV2,
          Sysno.FTRUNCATE,
          Sysno.FALLOCATE);
  static final Set<Sysno> CLOSES =
      EnumSet.of(Sysno.CLOSE, Sysno.DUP2, Sysno.DUP3, Sysno.CLOSE_RANGE);
  static final Set<Sysno> SLEEPS = EnumSet.of(Sysno.NANOSLEEP, Sysno.CLOCK_NANOSLEEP);

  /** They may wait for nothing but time. */
  static final Set<Sysno> WAITS = EnumSet.of(Sysno.SELECT, Sysno.PSELECT6, Sysno.POLL, Sysno.PPOLL);

  public static final Set<Sysno> KILLS =
      EnumSet.of(
          Sysno.KILL, Sysno.TKILL, Sysno.TGKILL, Sysno.RT_SIGQUEUEINFO, Sysno.RT_TGSIGQUEUEINFO);

  /** What comes of them depends on whether a signal came before. */
  static final Set<Sysno> SIGNALS =
      EnumSet.of(
          Sysno.PAUSE,
          Sysno.RT_SIGSUSPEND,
          Sysno.RT_SIGTIMEDWAIT,
          Sysno.RT_SIGACTION,
          Sysno.RT_SIGPROCMASK);

  static final Set<Sysno> EXITS = EnumSet.of(Sysno.EXIT, Sysno.EXIT_GROUP);
  private static final Set<Sysno> CLOCKS =
      EnumSet.of(Sysno.SETITIMER, Sysno.ALARM, Sysno.TIMER_SETTIME, Sysno.TIMERFD_SETTIME);

  private static final Set<Sysno> BY_DESCRIPTOR =
      EnumSet.of(
          Sysno.FSTAT,
          Sysno.FGETXATTR,
          Sysno.FLISTXATTR,
          Sysno.FCHMOD,
          Sysno.FCHOWN,
          Sysno.FSETXATTR,
          Sysno.FREMOVEXATTR,
          Sysno.FCHDIR,
          Sysno.LSEEK,
          Sysno.GETDENTS,
          Sysno.GETDENTS64,
          Sysno.SENDFILE,
          Sysno.SPLICE,
          Sysno.COPY_FILE_RANGE,
          Sysno.MMAP,
          Sysno.IOCTL,
          Sysno.FCNTL,
          Sysno.FLOCK);

  /** Calls of a path that do more to it than the table says. */
  private static final Set<Sysno> BEYOND =
      EnumSet.of(
          Sysno.MOUNT,
          Sysno.UMOUNT2,
          Sysno.MOVE_MOUNT,
          Sysno.FSPICK,
          Sysno.OPEN_TREE,
          Sysno.CHROOT,
          Sysno.INOTIFY_ADD_WATCH);

  /** Calls that send to an address, if they name one: the argument. */
  private static final Map<Sysno, Integer> ADDRESSES =
      Map.of(Sysno.SENDTO, 4, Sysno.CONNECT, 1, Sysno.BIND, 1);

  /** Likewise, where the address is the first word of what they point to. */
  private static final Set<Sysno> MESSAGES = EnumSet.of(Sysno.SENDMSG, Sysno.SENDMMSG);

  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int MAP_TYPE = 0xf;
  private static final int AF_NETLINK = 16;

  /** The requests of terminals and sockets, ioctl_list(2). */
  private static final int FIRST_TERMINAL_REQUEST = 0x5400;

  private static final int LAST_SOCKET_REQUEST = 0x89ff;

  /** F_SETLEASE and F_NOTIFY: the kernel tells of what others do to the file, or has them wait. */
  private static final Set<Integer> WATCHES = Set.of(1024, 1026);

  static final int FIONREAD = 0x541b;
  static final int FICLONE = 0x40049409;
  static final int FICLONERANGE = 0x4020940d;
  static final Set<Integer> ASKS_FLAGS = Set.of(0x80086601, 0x801c581f);
  static final Set<Integer> SETS_FLAGS = Set.of(0x40086602, 0x401c5820);

  /** What the table follows. */
  private static final Set<Sysno> FOLLOWED = followed();

  /** Every call that another program could notice, or of which nobody knows whether it could. */
  public static final Set<Sysno> CALLS = EnumSet.complementOf(EnumSet.copyOf(ProcessLocal.CALLS));

  /** The same where programs send signals. */
  public static final Set<Sysno> CALLS_AND_SIGNALS = withSignals();

  /** They make a pipe. */
  public static final Set<Sysno> PIPES = EnumSet.of(Sysno.PIPE, Sysno.PIPE2);

  /** By these the processes of one command may reach one another. */
  private static final Set<Sysno> BETWEEN_ITS_OWN =
      EnumSet.of(Sysno.SOCKETPAIR, Sysno.EVENTFD, Sysno.EVENTFD2);

  /** What is followed where the processes of one command run against one another. */
  public static final Set<Sysno> INSIDE = inside();

  private Followed() {}

  private static Set<Sysno> inside() {
    Set<Sysno> all = EnumSet.copyOf(PIPES);
    all.addAll(BETWEEN_ITS_OWN);
    return all;
  }

  private static Set<Sysno> withSignals() {
    Set<Sysno> all = EnumSet.copyOf(CALLS);
    all.addAll(SIGNALS);
    return all;
  }

  private static Set<Sysno> followed() {
    Set<Sysno> all = EnumSet.copyOf(Operation.PATH_CALLS);
    for (Set<Sysno> some :
        List.of(
            READS, WRITES, CLOSES, SLEEPS, WAITS, KILLS, EXITS, CLOCKS, SIGNALS, BY_DESCRIPTOR)) {
      all.addAll(some);
    }
    all.add(Sysno.GETCWD);
    all.removeAll(BEYOND);
    return all;
  }

  /** True for a call that does nothing but wait for time to pass. */
  static boolean sleeps(Call call) {
    return switch (call.sysno()) {
      case SELECT, PSELECT6 ->
          call.arg(1) == 0 && call.arg(2) == 0 && call.arg(3) == 0 && call.arg(4) != 0;
      case POLL -> call.arg(1) == 0 && call.intArg(2) > 0;
      case PPOLL -> call.arg(1) == 0 && call.arg(2) != 0;
      default -> SLEEPS.contains(call.sysno());
    };
  }

  /** True for a call that has the clock wake or interrupt the program later. */
  static boolean setsClock(Call call) {
    return CLOCKS.contains(call.sysno());
  }

  /**
   * What people should read, if programs may reach one another by this call in a way that the table
   * does not follow; else null.
   */
  static @Nullable String not(Call call, ObjectNames names) {
    Sysno sysno = call.sysno();
    if (sysno == Sysno.MMAP) {
      return isSharedWrite(call) ? "mmap (shared)" : null;
    }
    if (sysno == Sysno.IOCTL) {
      return isKnownRequest(call, names) ? null : String.format("ioctl (0x%x)", call.intArg(1));
    }
    if (sysno == Sysno.FCNTL && WATCHES.contains(call.intArg(1))) {
      return "fcntl (lease or notification)";
    }
    if (ADDRESSES.containsKey(sysno)) {
      int address = ADDRESSES.get(sysno);
      boolean elsewhere = call.arg(address) != 0 && (call.word(address, 0) & 0xffff) != AF_NETLINK;
      return elsewhere ? sysno.callName() : null;
    }
    if (MESSAGES.contains(sysno)) {
      return call.word(1, 0) != 0 ? sysno.callName() : null;
    }
    return FOLLOWED.contains(sysno) ? null : sysno.callName();
  }

  /** The same where the processes of one command run against one another. */
  static @Nullable String notInside(Call call, ObjectNames names) {
    boolean shared =
        call.sysno() == Sysno.MMAP
            && (call.arg(3) & MAP_TYPE & MAP_SHARED) != 0
            && (call.arg(2) & PROT_WRITE) != 0;
    if (shared) {
      return "mmap (shared)";
    }
    if (PIPES.contains(call.sysno())) {
      return null;
    }
    return BETWEEN_ITS_OWN.contains(call.sysno()) ? call.sysno().callName() : not(call, names);
  }

  static boolean isSharedWrite(Call call) {
    return (call.arg(3) & MAP_TYPE & MAP_SHARED) != 0
        && (call.arg(2) & PROT_WRITE) != 0
        && call.intArg(4) >= 0;
  }

  private static boolean isKnownRequest(Call call, ObjectNames names) {
    int request = call.intArg(1);
    return (request >= FIRST_TERMINAL_REQUEST && request <= LAST_SOCKET_REQUEST)
        || request == FICLONE
        || request == FICLONERANGE
        || ASKS_FLAGS.contains(request)
        || SETS_FLAGS.contains(request)
        || names.ofDescriptor(call.task(), call.intArg(0)).isEmpty();
  }
}
