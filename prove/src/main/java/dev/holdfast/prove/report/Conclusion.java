package dev.holdfast.prove.report;

import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.plan.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a proof comes to, for whoever has to decide by it: a person, a script, a test.
 *
 * <p><b>Guarantees.</b> {@link Kind#HOLDS} is said only of a program that did in the undisturbed
 * run what it was expected to do, and of which every kind of window that was found, on its own way
 * and on those on which a first move leads it, was tried and decided: each window, or three of each
 * kind where they are many.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * @param doubts why it could not be decided, a clause each; empty unless the kind is {@link
 *     Kind#UNDECIDED}
 */
public record Conclusion(Kind kind, List<String> doubts) {
  /** The three things a proof can come to. */
  public enum Kind {
    /** The intruder gained nothing at any window. */
    HOLDS,
    /** The intruder gained something at one window at least. */
    BROKEN,
    /** Nothing was gained, and that does not show that the program holds. */
    UNDECIDED
  }

  /**
   * What counts.
   *
   * @param expectedExit how the undisturbed run has to end, as a shell counts
   * @param assumeGuards whether a program that is saved by a setting of this kernel holds: it does
   *     on every host that has the setting
   */
  public record Policy(int expectedExit, boolean assumeGuards) {
    /** The program must succeed, and must hold by itself. */
    public static final Policy STRICT = new Policy(0, false);
  }

  /** As a shell counts: a command was not found. */
  private static final int NOT_FOUND = 127;

  private static final int NOT_EXECUTABLE = 126;

  public Conclusion {
    doubts = List.copyOf(doubts);
  }

  /** What this proof comes to. */
  public static Conclusion of(Proof proof, Policy policy) {
    if (proof.count(Verdict.EXPLOITED) > 0) {
      return new Conclusion(Kind.BROKEN, List.of());
    }
    List<String> doubts = doubts(proof, policy);
    return new Conclusion(doubts.isEmpty() ? Kind.HOLDS : Kind.UNDECIDED, doubts);
  }

  private static List<String> doubts(Proof proof, Policy policy) {
    List<String> doubts = new ArrayList<>();
    if (!proof.complete()) {
      doubts.add("the program did not come to its end in time (--timeout)");
    } else if (proof.exit() != policy.expectedExit()) {
      doubts.add(
          "undisturbed, the program ended with "
              + proof.exit()
              + meaning(proof.exit())
              + " instead of "
              + policy.expectedExit()
              + ", so it may not have come to what it should do (--expect-exit)");
    }
    if (proof.undecided() > 0) {
      doubts.add(Text.count(proof.undecided(), "window") + " could not be decided");
    }
    if (!proof.listed().isEmpty()) {
      doubts.add(
          Text.count(proof.listed().size(), "window")
              + " of "
              + (proof.listed().size() + proof.windows().size())
              + (proof.listed().size() == 1 ? " was" : " were")
              + " not tried");
    }
    if (proof.windows().isEmpty()
        && proof.listed().isEmpty()
        && proof.pruned().getOrDefault(Filter.NOT_ASKED_FOR, 0) > 0) {
      doubts.add("no window is of what was asked for (--only, --under)");
    }
    int unfollowed = proof.ways().unfollowed();
    if (unfollowed > 0) {
      doubts.add(
          Text.count(unfollowed, "way")
              + " on which a first move leads the program "
              + (unfollowed == 1 ? "was" : "were")
              + " not followed");
    }
    if (!policy.assumeGuards() && proof.guarded() > 0) {
      doubts.add(guarded(proof));
    }
    return doubts;
  }

  /** Where only this kernel's settings kept the intruder out. */
  static String guarded(Proof proof) {
    TreeSet<String> guards = new TreeSet<>();
    proof.windows().stream().filter(w -> w.guarded()).forEach(w -> guards.addAll(w.blockedBy()));
    return Text.count(proof.guarded(), "window")
        + (proof.guarded() == 1 ? " is" : " are")
        + " held only because "
        + String.join(" and ", guards)
        + (guards.size() == 1 ? " is" : " are")
        + " set here (--assume-guards)";
  }

  private static String meaning(int exit) {
    return switch (exit) {
      case NOT_FOUND -> " (a command was not found)";
      case NOT_EXECUTABLE -> " (a command could not be run)";
      default -> exit > 128 && exit <= 192 ? " (signal " + (exit - 128) + ")" : "";
    };
  }
}
