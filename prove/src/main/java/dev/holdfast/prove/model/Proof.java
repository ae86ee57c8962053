package dev.holdfast.prove.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Everything the prover found out about one program.
 *
 * @param argv the victim
 * @param user the victim's identity, by name
 * @param attacker the attacker's identity, by name
 * @param calls how many path calls the undisturbed run made
 * @param tasks how many tasks it had
 * @param exit how it ended, as a shell counts
 * @param complete false if the undisturbed run did not come to its end in time, so that nobody
 *     knows what other windows the program has
 * @param windows what was tried, in the order the program comes to it
 * @param listed what was found and not tried, so that it has no verdict
 * @param leftOut what was not tried because enough of its kind were
 * @param ways where first moves lead the program
 * @param trials how many runs were made to decide
 * @param pruned uses by name that need no trial: reason to number
 * @param notes one-line remarks on what could not be done here
 */
public record Proof(
    List<String> argv,
    String user,
    String attacker,
    int calls,
    int tasks,
    int exit,
    boolean complete,
    List<WindowResult> windows,
    List<Window> listed,
    List<LeftOut> leftOut,
    Ways ways,
    int trials,
    Map<String, Integer> pruned,
    List<String> notes) {
  public Proof {
    argv = List.copyOf(argv);
    windows = List.copyOf(windows);
    listed = List.copyOf(listed);
    leftOut = List.copyOf(leftOut);
    pruned = Map.copyOf(pruned);
    notes = List.copyOf(notes);
  }

  /** The same with other windows. */
  public Proof with(List<WindowResult> others) {
    return new Proof(
        argv, user, attacker, calls, tasks, exit, complete, others, listed, leftOut, ways, trials,
        pruned, notes);
  }

  /** The same, with more remarks. */
  public Proof noting(List<String> more) {
    List<String> all = new ArrayList<>(more);
    all.addAll(notes);
    return new Proof(
        argv, user, attacker, calls, tasks, exit, complete, windows, listed, leftOut, ways, trials,
        pruned, all);
  }

  public long races() {
    return windows.stream().filter(WindowResult::race).count();
  }

  public long plainFollows() {
    return windows.stream().filter(WindowResult::plainFollow).count();
  }

  public long count(Verdict verdict) {
    return windows.stream().filter(w -> w.verdict() == verdict).count();
  }

  public long undecided() {
    return windows.stream().filter(w -> w.verdict().undecided()).count();
  }

  /** Windows that only a setting of this kernel kept shut. */
  public long guarded() {
    return windows.stream().filter(WindowResult::guarded).count();
  }

  /** Windows of which enough others of the same kind were tried. */
  public int leftOutTotal() {
    return leftOut.stream().mapToInt(LeftOut::windows).sum();
  }

  public int prunedTotal() {
    return pruned.values().stream().mapToInt(Integer::intValue).sum();
  }
}
