package dev.holdfast.prove.watch;

import dev.holdfast.libc.Paths;
import dev.holdfast.prove.trace.Task;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Who a task is at the moment, proc_pid_status(5). Of a task whose status cannot be read nothing is
 * known, so it counts as anybody.
 */
public final class TaskStatus {
  private final Map<String, String> fields = new HashMap<>();

  private TaskStatus() {}

  /**
   * Reads it.
   *
   * @param hostProc a procfs in which the task's id is valid
   */
  public static TaskStatus of(int hostProc, Task task) {
    TaskStatus status = new TaskStatus();
    byte[] text = Contents.readAtOnce(hostProc, Paths.bytes(task.tid() + "/status"));
    Raw.of(text).lines().forEach(status::line);
    return status;
  }

  private void line(String line) {
    int colon = line.indexOf(':');
    if (colon > 0) {
      fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
  }

  private List<Integer> numbers(String field) {
    return Stream.of(fields.getOrDefault(field, "").split("\\s+"))
        .filter(n -> !n.isEmpty())
        .map(Integer::parseUnsignedInt)
        .toList();
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
    return Integer.parseInt(fields.getOrDefault("Umask", "0"), 8);
  }

  /** Nothing but the attacker in all of its identities, and no capability. */
  boolean isNoMoreThan(Attacker attacker) {
    List<Integer> uids = numbers("Uid");
    List<Integer> gids = numbers("Gid");
    return !uids.isEmpty()
        && !gids.isEmpty()
        && uids.stream().allMatch(uid -> uid == attacker.uid())
        && gids.stream().allMatch(gid -> attacker.isIn(gid))
        && numbers("Groups").stream().allMatch(gid -> attacker.isIn(gid))
        && !hasBits("CapPrm")
        && !hasBits("CapInh");
  }

  private boolean hasBits(String field) {
    return new BigInteger(fields.getOrDefault(field, "1"), 16).signum() != 0;
  }
}
