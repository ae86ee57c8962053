package dev.holdfast.prove.trial;

import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Sysno;
import dev.holdfast.path.make.RandomNames;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.payload.Payloads;
import dev.holdfast.prove.plan.Scenario;
import dev.holdfast.prove.trace.TraceException;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Raw;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides windows: the trial, its repetition if the victim took another way, the control for what
 * succeeded, and the comparison of runs for secrets that leak in another form.
 *
 * <p>Threads: safe for all.
 */
public final class Trials {
  /** How names begin that only a strike leaves behind. */
  public static final String OWN_NAMES = ".holdfast";

  /** How often a victim may take another way before it counts as undecided. */
  private static final int TRIES = 3;

  /** How often two secrets must show the same difference: what is drawn by lot seldom does. */
  private static final int TURNS = 4;

  private final Setting setting;
  private final Trial trial;
  private final Runs runs;
  private final String secret = random("secret-");
  private final String otherSecret = random("secret-");

  /** What a strike before the start gained, by all that makes a difference to it. */
  private final Map<List<Object>, Outcome> beforehand = new ConcurrentHashMap<>();

  private @Nullable Outcome untouched;

  /**
   * @param runs every run is one of them
   */
  public Trials(Setting setting, Runs runs) {
    this.setting = setting;
    this.runs = runs;
    this.trial = new Trial(setting);
    Payloads.start();
  }

  /** A text that occurs nowhere by chance. */
  public static String random(String prefix) {
    try {
      return prefix + RandomNames.random();
    } catch (FileSystemException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Outcome run(Scenario scenario, Moment moment, String withSecret) {
    runs.begin();
    return trial.run(scenario, moment, withSecret, "/");
  }

  /** The victim among the canaries with no strike; made once, for what needs it. */
  private synchronized Outcome untouched() {
    Outcome made = untouched;
    if (made == null) {
      runs.begin();
      made = trial.untouched(secret);
      untouched = made;
    }
    return made;
  }

  /**
   * Runs the victim with a scenario's moves, and watches it from there on.
   *
   * @param stops the calls to watch
   */
  public Rehearsal rehearse(Scenario scenario, Set<Sysno> stops) {
    runs.begin();
    return trial.rehearse(scenario, stops);
  }

  /** Runs the victim and the checks with no intruder; says what is broken, or nothing. */
  public String undisturbed() {
    runs.begin();
    return trial.undisturbed();
  }

  /**
   * Tries one window until it is decided.
   *
   * @throws Runs.SpentException if there are too few runs left to decide it
   */
  public WindowResult decide(Scenario scenario) {
    String disturbed = "";
    for (int i = 0; i < TRIES; i++) {
      try {
        return tryAndJudge(scenario);
      } catch (TraceException e) {
        // Started well before, so this run was disturbed: out of time, or killed from outside.
        disturbed = String.valueOf(e.getMessage());
      }
    }
    return new WindowResult(
        scenario.window(),
        Verdict.TIMEOUT,
        Set.of(),
        null,
        List.of(),
        List.of("the victim could not be started: " + disturbed));
  }

  private WindowResult tryAndJudge(Scenario scenario) {
    Outcome outcome = run(scenario, Moment.AT_THE_CALL, secret);
    for (int i = 1; i < TRIES && undecided(outcome); i++) {
      boolean last = i == TRIES - 1;
      Moment moment = last ? Moment.AT_THE_CALL_AS_OBSERVED : Moment.AT_THE_CALL;
      outcome = run(scenario, moment, secret);
    }
    weigh(scenario, Moment.AT_THE_CALL, outcome);
    if (!gained(outcome) && outcome.met() && scenario.last().lookedAtAgain()) {
      Outcome back = run(scenario, Moment.AND_BACK, secret);
      weigh(scenario, Moment.AND_BACK, back);
      if (gained(back)) {
        back.evidence.add(
            "the attacker takes it back right after the call: the program looks again, too late");
        outcome = back;
      }
    }
    WindowResult result = judge(scenario, outcome);
    return switch (result.verdict()) {
      case SURVIVED, TAKEN_IN, REACHED -> beforehand(scenario, result);
      default -> result;
    };
  }

  private static boolean gained(Outcome outcome) {
    return !outcome.effects.isEmpty() || outcome.checkBroken;
  }

  /** Looks closer at what an outcome seems to show. */
  private void weigh(Scenario scenario, Moment moment, Outcome outcome) {
    boolean read = outcome.openedForReading;
    if (outcome.effects.isEmpty() && read && showsSecret(scenario.last().strike())) {
      compareReadable(scenario, moment, outcome);
    }
    if (!outcome.effects.isEmpty()) {
      outcome.discount(untouched());
    }
  }

  /**
   * The program checks a name and notices that it changed since: it may still follow what was there
   * before its check. One run for each name and strike, since all its calls then meet the same.
   */
  private WindowResult beforehand(Scenario scenario, WindowResult inMidRun) {
    Binding binding = scenario.last().binding();
    boolean checked = scenario.window().check() != null;
    if (!checked || binding == null || scenario.moves().size() > 1 || !scenario.predictable()) {
      return inMidRun;
    }
    ObservedCall call = scenario.last().call();
    List<Object> key =
        List.of(
            binding.path(),
            scenario.last().strike(),
            call.meantClosed(),
            Tactics.of(scenario.last().strike()).plantsContents()
                ? call.command().stream().findFirst()
                : Optional.empty());
    Outcome control = beforehand.computeIfAbsent(key, _ -> beforehand(scenario));
    if (control.effects.isEmpty()
        || control.struck != Outcome.Struck.DONE
        || takesHisAnyway(scenario, control)) {
      return inMidRun;
    }
    List<String> evidence = new ArrayList<>(control.evidence);
    evidence.add("only the strike before the program started gains this, not one in mid-run");
    if (control.pastGuard) {
      return pastGuard(scenario, Verdict.EXPLOITED, evidence);
    }
    return new WindowResult(
        scenario.window(),
        Verdict.EXPLOITED,
        control.effects,
        Label.PLAIN_FOLLOW,
        guards(scenario, Verdict.EXPLOITED),
        evidence);
  }

  private Outcome beforehand(Scenario scenario) {
    Outcome control = run(scenario, Moment.BEFOREHAND, secret);
    if (!control.effects.isEmpty() && control.struck == Outcome.Struck.DONE) {
      control.discount(untouched());
    }
    return control;
  }

  private static boolean undecided(Outcome outcome) {
    return outcome.struck == Outcome.Struck.NOT_REACHED
        || outcome.struck == Outcome.Struck.FAILED
        || (outcome.timedOut && !outcome.met());
  }

  /**
   * The secret may have reached the attacker in another form: compressed, hashed, counted. Runs
   * with two secrets take turns, so that what merely changes with time does not look like a leak.
   */
  private void compareReadable(Scenario scenario, Moment moment, Outcome first) {
    Outcome other = run(scenario, moment, otherSecret);
    if (other.readable.equals(first.readable)) {
      return;
    }
    Map<String, Integer> suspects = new TreeMap<>(first.readable);
    suspects.entrySet().removeIf(f -> !differs(f.getValue(), other.readable.get(f.getKey())));
    for (int turn = 0; turn < TURNS && !suspects.isEmpty(); turn++) {
      Outcome again = run(scenario, moment, secret);
      Outcome otherAgain = run(scenario, moment, otherSecret);
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
        || strike == Strike.SYMLINK_DIRECTORY_OTHER
        || strike == Strike.HARDLINK;
  }

  private WindowResult judge(Scenario scenario, Outcome outcome) {
    Verdict verdict = verdict(scenario, outcome);
    List<String> evidence = new ArrayList<>(outcome.evidence);
    Label label = null;
    if (outcome.pastGuard && !verdict.undecided()) {
      return pastGuard(scenario, verdict, evidence);
    }
    // Who opened it was not kept out by any guard.
    List<String> blockedBy =
        verdict == Verdict.SURVIVED && outcome.opened ? List.of() : guards(scenario, verdict);
    if (verdict == Verdict.EXPLOITED) {
      label = label(scenario, outcome, evidence);
    }
    if (label == Label.PLAIN_FOLLOW
        && scenario.last().strike() == Strike.HOLD_OPEN
        && outcome.effects.equals(Set.of(Effect.INJECT))) {
      // The attacker could write to it before the program came: the contents were its own already.
      return new WindowResult(
          scenario.window(), Verdict.REACHED, Set.of(), null, blockedBy, evidence);
    }
    if (label == Label.PLAIN_FOLLOW && takesHisAnyway(scenario, outcome)) {
      evidence.add("what stood there was the attacker's own, too");
      return new WindowResult(
          scenario.window(), Verdict.TAKEN_IN, Set.of(), null, blockedBy, evidence);
    }
    return new WindowResult(
        scenario.window(), verdict, outcome.effects, label, blockedBy, evidence);
  }

  /** What the program took without any strike was the attacker's choice, too. */
  private boolean takesHisAnyway(Scenario scenario, Outcome outcome) {
    Binding binding = scenario.last().binding();
    Statx object = binding == null ? null : binding.object();
    boolean puts =
        switch (scenario.last().strike()) {
          case CONTENT, SYMLINK_OWN, EXCHANGE -> true;
          default -> false;
        };
    return puts
        && outcome.effects.equals(Set.of(Effect.INJECT))
        && object != null
        && object.uid() == setting.attacker().uid();
  }

  /** The attacker cannot do it here; what the program did with it says whether that saved it. */
  private static WindowResult pastGuard(Scenario scenario, Verdict verdict, List<String> evidence) {
    boolean saved = verdict == Verdict.EXPLOITED;
    String where = "where " + Guards.PROTECTED_HARDLINKS + " is not set: ";
    return new WindowResult(
        scenario.window(),
        Verdict.SURVIVED,
        Set.of(),
        null,
        saved ? List.of(Guards.PROTECTED_HARDLINKS) : List.of(),
        evidence.stream().map(where::concat).toList());
  }

  private static Verdict verdict(Scenario scenario, Outcome outcome) {
    if (gained(outcome)) {
      return Verdict.EXPLOITED;
    }
    return switch (outcome.struck) {
      case NOT_REACHED -> outcome.timedOut ? Verdict.TIMEOUT : Verdict.DIVERGED;
      case FAILED -> Verdict.ATTACK_FAILED;
      case DONE -> {
        if (outcome.touched) {
          yield Verdict.REACHED;
        }
        if (outcome.tookIn) {
          yield Verdict.TAKEN_IN;
        }
        yield outcome.timedOut && !outcome.opened && scenario.last().strike() != Strike.FIFO
            ? Verdict.TIMEOUT
            : Verdict.SURVIVED;
      }
    };
  }

  private List<String> guards(Scenario scenario, Verdict verdict) {
    Binding binding = scenario.last().binding();
    if (binding == null || setting.attacker().sameUser()) {
      return List.of();
    }
    List<String> guards =
        Guards.against(
            scenario.last().strike(),
            binding,
            scenario.last().call().operation(),
            scenario.last().call().uid(),
            setting.attacker().uid());
    boolean gained =
        verdict == Verdict.EXPLOITED || verdict == Verdict.REACHED || verdict == Verdict.TAKEN_IN;
    return guards.stream().filter(guard -> gained || setting.guardsSet().contains(guard)).toList();
  }

  /** A strike beforehand that gains as much shows that the moment does not matter. */
  private @Nullable Label label(Scenario scenario, Outcome outcome, List<String> evidence) {
    if (!Tactics.of(scenario.last().strike()).hasControl()) {
      return Label.RACE;
    }
    if (Tactics.of(scenario.last().strike()).needsNoMoment()) {
      return Label.PLAIN_FOLLOW;
    }
    if (!runs.tryBegin()) {
      evidence.add("control: no run was left for it, so whether this needs a race is not known");
      return null;
    }
    Outcome control = trial.run(scenario, Moment.BEFOREHAND, secret, outcome.root);
    Set<Outcome.Gain> common = normalized(scenario, control);
    common.retainAll(normalized(scenario, outcome));
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

  /** What is made under a name that differs from run to run is the same gain in each. */
  private static Set<Outcome.Gain> normalized(Scenario scenario, Outcome outcome) {
    Set<Outcome.Gain> gains = new HashSet<>();
    for (Outcome.Gain gain : outcome.gains.keySet()) {
      String object = scenario.volatileNames().normalize(gain.object());
      gains.add(new Outcome.Gain(gain.effect(), object));
    }
    return gains;
  }
}
