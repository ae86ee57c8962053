package dev.holdfast.prove.trace;

import dev.holdfast.path.proc.ProcFile;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits at a FIFO would do so until its time is over; its kernel function tells, wchan
 * in proc_pid_wchan(5). Threads: the tracer's.
 */
final class FifoWatch {
  /** The kernel functions in which an open of a FIFO waits for the other side. */
  private static final Set<String> FIFO_WAITS = Set.of("wait_for_partner", "fifo_open");

  private final int hostProc;

  /** A call that may get stuck, while it is under way. */
  private @Nullable Call watched;

  FifoWatch(int hostProc) {
    this.hostProc = hostProc;
  }

  void watch(Call call) {
    watched = call;
  }

  boolean isWatching() {
    return watched != null;
  }

  /**
   * The watched call, if it waits at a FIFO now; it is not watched any more then, nor if it is
   * over.
   *
   * @param pending the calls under way, by their tasks
   */
  @Nullable Call stuck(Map<Integer, Call> pending) {
    Call call = watched;
    if (call == null) {
      return null;
    }
    if (pending.get(call.task().tid()) != call) {
      watched = null;
      return null;
    }
    String function = ProcFile.read(hostProc, call.task().tid() + "/wchan").strip();
    if (!FIFO_WAITS.contains(function)) {
      return null;
    }
    watched = null;
    return call;
  }
}
