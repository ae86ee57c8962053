package dev.holdfast.prove.watch;

import dev.holdfast.path.proc.ProcFile;
import dev.holdfast.prove.trace.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/**
 * Who a task is at the moment, proc_pid_status(5). Of a task whose status cannot be read nothing is
 * known, so it counts as anybody.
 */
public final class TaskStatus {
  private final String text;

  private TaskStatus(String text) {
    this.text = text;
  }

  /**
   * Reads it.
   *
   * @param hostProc a procfs in which the task's id is valid
   */
  public static TaskStatus of(int hostProc, Task task) {
    return new TaskStatus(ProcFile.read(hostProc, task.tid() + "/status"));
  }

  private List<Integer> numbers(String field) {
    List<Integer> numbers = new ArrayList<>();
    StringTokenizer words = new StringTokenizer(ProcFile.field(text, field));
    while (words.hasMoreTokens()) {
      numbers.add(Integer.parseUnsignedInt(words.nextToken()));
    }
    return numbers;
  }

  /** The user id by which the kernel judges file accesses; -1 if it is not known. */
  public int fileSystemUid() {
    List<Integer> uids = numbers("Uid");
    return uids.isEmpty() ? -1 : uids.getLast();
  }

  /** The group that files get which the task makes; -1 if it is not known. */
  public int fileSystemGid() {
    List<Integer> gids = numbers("Gid");
    return gids.isEmpty() ? -1 : gids.getLast();
  }

  /** What is taken away from the mode of files that the task makes; 0 if it is not known. */
  public int umask() {
    String umask = ProcFile.field(text, "Umask");
    return umask.isEmpty() ? 0 : Integer.parseInt(umask, 8);
  }

  /** Nothing but the attacker in all of its identities, and no capability. */
  boolean isNoMoreThan(Attacker attacker) {
    List<Integer> uids = numbers("Uid");
    if (uids.isEmpty() || uids.stream().anyMatch(uid -> uid != attacker.uid())) {
      return false;
    }
    List<Integer> gids = numbers("Gid");
    return !gids.isEmpty()
        && gids.stream().allMatch(attacker::isIn)
        && numbers("Groups").stream().allMatch(attacker::isIn)
        && hasNone("CapPrm")
        && hasNone("CapInh");
  }

  private boolean hasNone(String capabilities) {
    String bits = ProcFile.field(text, capabilities);
    return !bits.isEmpty() && bits.chars().allMatch(digit -> digit == '0');
  }
}
