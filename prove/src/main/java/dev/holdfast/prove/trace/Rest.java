package dev.holdfast.prove.trace;

import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.path.proc.ProcFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a task that is not stopped is doing: on its way, or asleep in the kernel, and in which call.
 *
 * <p>{@code /proc/T/stat} alone does not tell: a task says that it sleeps a little before it does.
 * {@code /proc/T/syscall} has the kernel wait until the task is off its processor, and says {@code
 * running} if it is not.
 *
 * <p><b>Threads.</b> The tracer's.
 *
 * <p><b>Sources.</b> proc_pid_stat(5), proc_pid_syscall(5).
 */
public final class Rest {
  /** Until somebody wakes it, and no clock will. */
  public static final long FOR_EVER = Long.MAX_VALUE;

  /** The number, six arguments, and two addresses. */
  private static final int ARGUMENTS = 7;

  private static final long MOST_SECONDS = 1L << 32;

  /** In these a task sleeps for ever if nobody wakes it. */
  private static final Set<Sysno> WITHOUT_END =
      Set.of(
          Sysno.WAIT4,
          Sysno.WAITID,
          Sysno.READ,
          Sysno.READV,
          Sysno.WRITE,
          Sysno.WRITEV,
          Sysno.FLOCK,
          Sysno.ACCEPT,
          Sysno.ACCEPT4,
          Sysno.RECVFROM,
          Sysno.RECVMSG,
          Sysno.SEMOP,
          Sysno.MSGRCV,
          Sysno.MSGSND,
          Sysno.FCNTL,
          Sysno.OPEN,
          Sysno.OPENAT,
          Sysno.OPENAT2,
          Sysno.PAUSE,
          Sysno.RT_SIGSUSPEND,
          Sysno.VFORK,
          Sysno.CLONE);

  private static final int STATUS = 1 << 14;
  private static final int FUTEX_COMMAND = 0x7f;
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_CLOCK_REALTIME = 0x100;
  private static final int ABSOLUTE = 1;
  private static final long SECOND = 1_000_000_000;
  private static final long MILLI = 1_000_000;
  private static final long MICRO = 1_000;
  private static final long CLONE_VFORK = 0x4000;

  private final int hostProc;
  private final byte[] buffer = new byte[512];

  /**
   * @param hostProc a procfs in which the tasks' ids are valid
   */
  public Rest(int hostProc) {
    this.hostProc = hostProc;
  }

  /** True if the task does nothing until somebody, or the clock, wakes it. */
  public boolean isAsleep(Task task) {
    String now = read(task, "syscall");
    if (now.startsWith("running")) {
      return false;
    }
    String stat = read(task, "stat");
    int state = stat.lastIndexOf(") ") + 2;
    if (state < 2 || state >= stat.length()) {
      return true;
    }
    String[] call = words(now);
    return switch (stat.charAt(state)) {
      case 'S' -> call != null;
      // It waits for its child to run another program, which may itself be held.
      case 'D' -> call != null && waitsForChild(call);
      case 'T', 'Z', 'X' -> true;
      default -> false;
    };
  }

  private static boolean waitsForChild(String[] call) {
    boolean vfork =
        call.length > 1 && (Long.parseUnsignedLong(call[1].substring(2), 16) & CLONE_VFORK) != 0;
    return isOneOf(call, Set.of(Sysno.VFORK)) || (vfork && isOneOf(call, Set.of(Sysno.CLONE)));
  }

  /** True if no clock will ever wake this sleeping task. */
  public boolean isForEver(Task task) {
    return asksFor(task) == FOR_EVER;
  }

  /**
   * How long a sleeping task asked to sleep at most, in nanoseconds: as the program says, however
   * fast the machine is. {@link #FOR_EVER} if no clock will wake it; 0 if that is not known.
   */
  public long asksFor(Task task) {
    String[] call = call(task);
    Sysno sysno = call == null ? null : Sysno.of(Integer.parseInt(call[0]));
    if (call == null) {
      return isStopped(task) ? FOR_EVER : 0;
    }
    if (sysno == null || call.length < ARGUMENTS) {
      return 0;
    }
    return switch (sysno) {
      case POLL -> millis(arg(call, 2));
      case EPOLL_WAIT, EPOLL_PWAIT -> millis(arg(call, 3));
      case PPOLL, RT_SIGTIMEDWAIT -> span(task, arg(call, 2), 1);
      case EPOLL_PWAIT2, SEMTIMEDOP -> span(task, arg(call, 3), 1);
      case SELECT -> span(task, arg(call, 4), MICRO);
      case PSELECT6 -> span(task, arg(call, 4), 1);
      case NANOSLEEP -> span(task, arg(call, 0), 1);
      case CLOCK_NANOSLEEP ->
          (arg(call, 1) & ABSOLUTE) == 0
              ? span(task, arg(call, 2), 1)
              : until(task, arg(call, 2), arg(call, 0) == 0);
      case FUTEX ->
          (arg(call, 1) & FUTEX_COMMAND) == FUTEX_WAIT || arg(call, 3) == 0
              ? span(task, arg(call, 3), 1)
              : until(task, arg(call, 3), (arg(call, 1) & FUTEX_CLOCK_REALTIME) != 0);
      default -> isOneOf(call, WITHOUT_END) ? FOR_EVER : 0;
    };
  }

  private boolean isStopped(Task task) {
    String stat = read(task, "stat");
    int state = stat.lastIndexOf(") ") + 2;
    return state < 2 || state >= stat.length() || "TZX".indexOf(stat.charAt(state)) >= 0;
  }

  private static long arg(String[] call, int index) {
    return Long.parseUnsignedLong(call[index + 1].substring(2), 16);
  }

  private static long millis(long argument) {
    return (int) argument < 0 ? FOR_EVER : (int) argument * MILLI;
  }

  /** A time span in the task's memory. */
  private static long span(Task task, long address, long unit) {
    if (address == 0) {
      return FOR_EVER;
    }
    byte[] words = new byte[16];
    if (Processes.process_vm_readv(task.tid(), address, words, 0, words.length).failed()) {
      return 0;
    }
    ByteBuffer view = ByteBuffer.wrap(words).order(ByteOrder.nativeOrder());
    long seconds = Math.min(view.getLong(), MOST_SECONDS);
    return seconds * SECOND + view.getLong() * unit;
  }

  private static long until(Task task, long address, boolean ofDay) {
    long then = span(task, address, 1);
    long now = ofDay ? System.currentTimeMillis() * MILLI : System.nanoTime();
    return then == FOR_EVER ? then : Math.max(0, then - now);
  }

  /** How often a task has gone to sleep so far. */
  public long naps(Task task) {
    String status = ProcFile.read(hostProc, task.tid() + "/status", new byte[STATUS]);
    String naps = ProcFile.field(status, "voluntary_ctxt_switches");
    return naps.isEmpty() ? 0 : Long.parseLong(naps.strip());
  }

  /** Whether a signal waits for this stopped task that it does not block. */
  public boolean hasSignal(Task task) {
    String status = ProcFile.read(hostProc, task.tid() + "/status", new byte[STATUS]);
    long pending = mask(status, "SigPnd") | mask(status, "ShdPnd");
    return (pending & ~mask(status, "SigBlk")) != 0;
  }

  private static long mask(String status, String field) {
    String text = ProcFile.field(status, field);
    return text.isEmpty() ? 0 : Long.parseUnsignedLong(text, 16);
  }

  /** The call in which this task sleeps; null if it does not, or in none that is known. */
  public @Nullable Sysno sleepsIn(Task task) {
    String[] call = call(task);
    return call == null ? null : Sysno.of(Integer.parseInt(call[0]));
  }

  private static boolean isOneOf(String[] call, Set<Sysno> wanted) {
    return wanted.stream().anyMatch(s -> s.exists() && Integer.toString(s.nr).equals(call[0]));
  }

  /** Number and arguments of the call it sleeps in; null if it does not sleep in one. */
  private String @Nullable [] call(Task task) {
    return words(read(task, "syscall"));
  }

  private static String @Nullable [] words(String syscall) {
    return syscall.isEmpty() || !Character.isDigit(syscall.charAt(0))
        ? null
        : syscall.strip().split(" ");
  }

  private String read(Task task, String file) {
    return ProcFile.read(hostProc, task.tid() + "/" + file, buffer);
  }
}
