package dev.holdfast.prove.trace;

import dev.holdfast.libc.Sysno;
import dev.holdfast.path.proc.ProcFile;
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
          Sysno.FCNTL,
          Sysno.OPEN,
          Sysno.OPENAT,
          Sysno.OPENAT2,
          Sysno.PAUSE,
          Sysno.RT_SIGSUSPEND,
          Sysno.VFORK,
          Sysno.CLONE);

  private static final int STATUS = 1 << 14;
  private static final int FUTEX_TIMEOUT = 3;
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
    String stat = read(task, "stat");
    int state = stat.lastIndexOf(") ") + 2;
    if (state < 2 || state >= stat.length()) {
      return true;
    }
    return switch (stat.charAt(state)) {
      case 'S' -> call(task) != null;
      // It waits for its child to run another program, which may itself be held.
      case 'D' -> {
        String[] call = call(task);
        yield call != null && waitsForChild(call);
      }
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
    String[] call = call(task);
    if (call == null) {
      return false;
    }
    boolean endless = call.length > FUTEX_TIMEOUT + 1 && call[FUTEX_TIMEOUT + 1].equals("0x0");
    return isOneOf(call, WITHOUT_END) || (endless && isOneOf(call, Set.of(Sysno.FUTEX)));
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
    String[] words = read(task, "syscall").strip().split(" ");
    return words[0].matches("\\d+") ? words : null;
  }

  private String read(Task task, String file) {
    return ProcFile.read(hostProc, task.tid() + "/" + file, buffer);
  }
}
