package dev.holdfast.prove.trial;

import dev.holdfast.libc.Sysno;
import dev.holdfast.path.proc.ProcFile;
import dev.holdfast.prove.payload.ProcessNumber;
import dev.holdfast.prove.trace.Call;
import java.util.EnumSet;
import java.util.Set;

/** Calls by which the victim signals the process that a file of the attacker's names. */
final class SentSignals {
  /** What must be stopped at for that. */
  static final Set<Sysno> CALLS =
      EnumSet.of(
          Sysno.KILL,
          Sysno.TKILL,
          Sysno.TGKILL,
          Sysno.RT_SIGQUEUEINFO,
          Sysno.RT_TGSIGQUEUEINFO,
          Sysno.PIDFD_SEND_SIGNAL);

  private SentSignals() {}

  /**
   * The signal that a call sends to the process; 0 if it sends none, or only asks whether it is
   * there.
   *
   * @param hostProc a procfs in which the tasks' ids are valid
   */
  static int sent(Call call, int hostProc) {
    return switch (call.sysno()) {
      case KILL, TKILL, RT_SIGQUEUEINFO -> isFirst(call.intArg(0)) ? call.intArg(1) : 0;
      case TGKILL, RT_TGSIGQUEUEINFO -> isFirst(call.intArg(1)) ? call.intArg(2) : 0;
      case PIDFD_SEND_SIGNAL -> isHandleOfFirst(call, hostProc) ? call.intArg(1) : 0;
      default -> 0;
    };
  }

  /** Also its group. */
  private static boolean isFirst(int process) {
    return Math.abs(process) == ProcessNumber.PROCESS;
  }

  /** Of a process's numbers the last is the one it has where it lives; proc_pid_status(5). */
  private static boolean isHandleOfFirst(Call call, int hostProc) {
    String name = call.task().tid() + "/fdinfo/" + call.intArg(0);
    String numbers = ProcFile.field(ProcFile.read(hostProc, name), "NSpid");
    return numbers.replaceFirst(".*\\s", "").equals(Integer.toString(ProcessNumber.PROCESS));
  }
}
