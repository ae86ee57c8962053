package dev.holdfast.prove.trial;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.observe.Binding;
import dev.holdfast.prove.observe.Raw;
import dev.holdfast.prove.plan.PlannedWindow;
import dev.holdfast.prove.trace.TraceException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Decides windows: the trial, its repetition if the victim took another way, the control for what
 * succeeded, and the comparison of runs for secrets that leak in another form.
 *
 * <p>Threads: safe for all.
 */
public final class Trials {
  /** How often a victim may take another way before it counts as undecided. */
  private static final int TRIES = 3;

  /** How often two secrets must show the same difference: what is drawn by lot seldom does. */
  private static final int TURNS = 4;

  private final Setting setting;
  private final Trial trial;
  private final AtomicInteger count = new AtomicInteger();
  private final String secret = random("secret-");
  private final String otherSecret = random("secret-");

  private @Nullable Outcome untouched;

  public Trials(Setting setting) {
    this.setting = setting;
    this.trial = new Trial(setting);
  }

  /** A text that occurs nowhere by chance. */
  public static String random(String prefix) {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return prefix + HexFormat.of().formatHex(bytes);
  }

  /** How many runs were made. */
  public int count() {
    return count.get();
  }

  private Outcome run(PlannedWindow window, boolean beforehand, String withSecret) {
    count.incrementAndGet();
    return trial.run(window, beforehand, withSecret, "/");
  }

  /** The victim among the canaries with no strike; made once, for what needs it. */
  private synchronized Outcome untouched() {
    Outcome made = untouched;
    if (made == null) {
      count.incrementAndGet();
      made = trial.untouched(secret);
      untouched = made;
    }
    return made;
  }

  /** Runs the victim and the checks with no intruder; says what is broken, or nothing. */
  public String undisturbed() {
    count.incrementAndGet();
    return trial.undisturbed();
  }

  /** Tries one window until it is decided. */
  public WindowResult decide(PlannedWindow window) {
    try {
      return tryAndJudge(window);
    } catch (TraceException e) {
      // Started well before, so this run was disturbed: out of time, or killed from outside.
      return new WindowResult(
          window.window(),
          Verdict.TIMEOUT,
          Set.of(),
          null,
          List.of(),
          List.of("the victim could not be started: " + e.getMessage()));
    }
  }

  private WindowResult tryAndJudge(PlannedWindow window) {
    Outcome outcome = run(window, false, secret);
    for (int i = 1; i < TRIES && undecided(outcome); i++) {
      outcome = run(window, false, secret);
    }
    boolean read = outcome.touched && outcome.openedForReading;
    if (outcome.effects.isEmpty() && read && showsSecret(window.window().strike())) {
      compareReadable(window, outcome);
    }
    if (!outcome.effects.isEmpty()) {
      outcome.discount(untouched());
    }
    return judge(window, outcome);
  }

  private static boolean undecided(Outcome outcome) {
    return outcome.struck == Outcome.Struck.NOT_REACHED
        || outcome.struck == Outcome.Struck.FAILED
        || (outcome.timedOut && !outcome.touched);
  }

  /**
   * The secret may have reached the attacker in another form: compressed, hashed, counted. Runs
   * with two secrets take turns, so that what merely changes with time does not look like a leak.
   */
  private void compareReadable(PlannedWindow window, Outcome first) {
    Outcome other = run(window, false, otherSecret);
    if (other.readable.equals(first.readable)) {
      return;
    }
    Map<String, Integer> suspects = new TreeMap<>(first.readable);
    suspects.entrySet().removeIf(f -> !differs(f.getValue(), other.readable.get(f.getKey())));
    for (int turn = 0; turn < TURNS && !suspects.isEmpty(); turn++) {
      Outcome again = run(window, false, secret);
      Outcome otherAgain = run(window, false, otherSecret);
      suspects
          .entrySet()
          .removeIf(
              f ->
                  !f.getValue().equals(again.readable.get(f.getKey()))
                      || !Objects.equals(
                          other.readable.get(f.getKey()), otherAgain.readable.get(f.getKey())));
    }
    for (String path : suspects.keySet()) {
      first.effect(
          Effect.LEAK,
          path,
          "what the attacker can read in "
              + Raw.display(path)
              + " depends on the protected contents");
    }
  }

  private static boolean differs(Integer with, @Nullable Integer without) {
    return without != null && !without.equals(with);
  }

  private static boolean showsSecret(Strike strike) {
    return strike == Strike.SYMLINK
        || strike == Strike.SYMLINK_DIRECTORY
        || strike == Strike.HARDLINK;
  }

  private WindowResult judge(PlannedWindow planned, Outcome outcome) {
    Verdict verdict = verdict(planned, outcome);
    List<String> evidence = new ArrayList<>(outcome.evidence);
    Label label = null;
    List<String> blockedBy = guards(planned, outcome, verdict);
    if (verdict == Verdict.EXPLOITED) {
      label = label(planned, outcome, evidence);
    }
    if (label == Label.PLAIN_FOLLOW
        && planned.window().strike() == Strike.HOLD_OPEN
        && outcome.effects.equals(Set.of(Effect.INJECT))) {
      // He could write to it before the program came: its contents were his already.
      return new WindowResult(
          planned.window(), Verdict.REACHED, Set.of(), null, blockedBy, evidence);
    }
    return new WindowResult(planned.window(), verdict, outcome.effects, label, blockedBy, evidence);
  }

  private static Verdict verdict(PlannedWindow planned, Outcome outcome) {
    if (!outcome.effects.isEmpty() || outcome.checkBroken) {
      return Verdict.EXPLOITED;
    }
    return switch (outcome.struck) {
      case NOT_REACHED -> outcome.timedOut ? Verdict.TIMEOUT : Verdict.DIVERGED;
      case FAILED -> Verdict.ATTACK_FAILED;
      case BLOCKED -> Verdict.SURVIVED;
      case DONE -> {
        if (outcome.touched) {
          yield Verdict.REACHED;
        }
        yield outcome.timedOut && planned.window().strike() != Strike.FIFO
            ? Verdict.TIMEOUT
            : Verdict.SURVIVED;
      }
    };
  }

  private List<String> guards(PlannedWindow planned, Outcome outcome, Verdict verdict) {
    Binding binding = planned.binding();
    if (binding == null || setting.attacker().sameUser()) {
      return List.of();
    }
    List<String> guards =
        Guards.against(
            planned.window().strike(),
            binding,
            planned.call().operation(),
            planned.call().uid(),
            setting.attacker().uid());
    boolean gained = verdict == Verdict.EXPLOITED || verdict == Verdict.REACHED;
    boolean stopped = outcome.struck == Outcome.Struck.BLOCKED;
    return guards.stream()
        .filter(guard -> gained || stopped || setting.guardsSet().contains(guard))
        .toList();
  }

  /** A strike beforehand that gains as much shows that the moment does not matter. */
  private @Nullable Label label(PlannedWindow planned, Outcome outcome, List<String> evidence) {
    Strike strike = planned.window().strike();
    if (strike == Strike.KILL || strike == Strike.COPY) {
      return Label.RACE;
    }
    count.incrementAndGet();
    Outcome control = trial.run(planned, true, secret, outcome.root);
    Set<Outcome.Gain> common = new HashSet<>(control.gains.keySet());
    common.retainAll(outcome.gains.keySet());
    boolean same = !common.isEmpty() || (outcome.checkBroken && control.checkBroken);
    if (same) {
      evidence.add("control: the same strike before the program started gains as much");
      return Label.PLAIN_FOLLOW;
    }
    evidence.add(
        control.struck == Outcome.Struck.DONE
            ? "control: the same strike before the program started does not gain this"
            : "control: before the program started there was nothing to strike at");
    return Label.RACE;
  }
}
