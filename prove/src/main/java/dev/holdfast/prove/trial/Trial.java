package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;

import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.plan.Scenario;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One run of the victim in a world of its own, with the moves of one scenario.
 *
 * <p>Threads: each call of {@link #run} makes its own world and may run beside others.
 */
final class Trial {
  private final Setting setting;

  Trial(Setting setting) {
    this.setting = setting;
  }

  /**
   * @param secret what stands in the protected files
   * @param root raw; for the control, which is {@link Moment#BEFOREHAND}: under which root
   *     directory the victim will look for them
   */
  Outcome run(Scenario scenario, Moment moment, String secret, String root) {
    boolean mayHang = scenario.moves().stream().anyMatch(m -> m.strike() == Strike.FIFO);
    Duration limit = mayHang ? setting.shortLimit() : setting.limit();
    return onStage(
        setting.with(scenario.volatileNames()),
        limit,
        secret,
        stage -> {
          List<Tactics> tactics =
              scenario.moves().stream().map(m -> Tactics.of(m.strike())).toList();
          TraceHandler handler;
          Set<Sysno> stops = EnumSet.noneOf(Sysno.class);
          for (int i = 0; i < tactics.size(); i++) {
            tactics.get(i).arrive(stage, scenario.moves().get(i));
            stops.addAll(tactics.get(i).alsoStopsAt());
            if (tactics.get(i).plantsContents()) {
              stops.addAll(PlantedContents.CALLS);
            }
          }
          if (moment == Moment.BEFOREHAND) {
            if (!actBeforehand(stage, scenario, tactics, root)) {
              return;
            }
            handler = new ForeverHandler(stage.outcome);
          } else {
            scenario.moves().forEach(m -> stops.add(m.call().site().call()));
            stops.add(Sysno.CHROOT);
            if (moment == Moment.AT_THE_CALL_AS_OBSERVED) {
              stops.addAll(Operation.PATH_CALLS);
            }
            handler = new Director(stage, scenario, tactics, moment == Moment.AND_BACK);
          }
          play(stage, stops, new PlantedContents(stage, handler), scenario, tactics);
        });
  }

  /** Makes the moves, and watches on which way the victim then goes on. */
  Rehearsal rehearse(Scenario scenario, Set<Sysno> stops) {
    return setting
        .worlds()
        .inFreshWorld(
            world -> {
              Setting its = setting.with(scenario.volatileNames());
              try (Stage stage = new Stage(its, world, its.shortLimit(), "")) {
                List<Tactics> tactics =
                    scenario.moves().stream().map(m -> Tactics.of(m.strike())).toList();
                Director director = new Director(stage, scenario, tactics, false);
                Rehearsal.Watcher watcher = new Rehearsal.Watcher(stage, director);
                Set<Sysno> all = EnumSet.copyOf(stops);
                scenario.moves().forEach(m -> all.add(m.call().site().call()));
                all.add(Sysno.CHROOT);
                return watcher.result(runVictim(stage.tracer, all, watcher));
              }
            });
  }

  private Ending runVictim(Tracer tracer, Set<Sysno> stops, TraceHandler handler) {
    return setting
        .service()
        .run(tracer, setting.victim(), stops, handler, setting.shortLimit())
        .ending();
  }

  private static boolean actBeforehand(
      Stage stage, Scenario scenario, List<Tactics> tactics, String root)
      throws FileSystemException {
    if (!scenario.predictable()) {
      return false;
    }
    if (!root.equals("/") && Statx.statx(AT_FDCWD, Raw.bytes(root), 0, 0).ok()) {
      Vault.showUnder(root);
    }
    for (int i = 0; i < tactics.size(); i++) {
      if (!tactics.get(i).actBeforehand(stage, scenario.moves().get(i))) {
        return false;
      }
    }
    stage.before = Snapshot.take(stage.vault);
    return true;
  }

  private void play(
      Stage stage, Set<Sysno> stops, TraceHandler handler, Scenario scenario, List<Tactics> tactics)
      throws FileSystemException {
    Outcome outcome = stage.outcome;
    Ending ending = runVictim(stage.tracer, stops, handler);
    outcome.timedOut = ending instanceof Ending.TimedOut || stage.tracer.expired();
    for (int i = 0; i < tactics.size(); i++) {
      tactics.get(i).ended(stage, scenario.moves().get(i));
    }
    if (!outcome.timedOut && !outcome.checkBroken) {
      check(stage.tracer, outcome);
    }
    // From here on nothing of the victim moves.
    stage.tracer.close();
    List<String> places = new ArrayList<>(setting.arenas());
    for (Move move : scenario.moves()) {
      Binding binding = move.binding();
      if (binding != null) {
        places.add(binding.path());
      }
    }
    compare(stage, places);
    for (int i = 0; i < tactics.size(); i++) {
      tactics.get(i).judge(stage, scenario.moves().get(i));
    }
  }

  /** The victim among the canaries, with no strike. */
  Outcome untouched(String secret) {
    return onStage(
        setting,
        setting.limit(),
        secret,
        stage -> {
          runVictim(
              stage.tracer, SentSignals.CALLS, call -> PlantedContents.watchUntouched(call, stage));
          compare(stage, setting.arenas());
        });
  }

  private interface Play {
    void on(Stage stage) throws FileSystemException;
  }

  private static Outcome onStage(Setting setting, Duration limit, String secret, Play play) {
    return setting
        .worlds()
        .inFreshWorld(
            world -> {
              try (Stage stage = new Stage(setting, world, limit, secret)) {
                play.on(stage);
                return stage.outcome;
              }
            });
  }

  private void compare(Stage stage, List<String> places) throws FileSystemException {
    stage.before.compare(Snapshot.take(stage.vault), stage.outcome);
    new Scanner(setting.attacker(), stage.secret, setting.injection(), places, stage.outcome)
        .scan(stage.world);
  }

  String undisturbed() {
    return setting
        .worlds()
        .inFreshWorld(
            world -> {
              Outcome outcome = new Outcome();
              VictimOutput.create();
              try (Tracer tracer = world.tracer(setting.limit())) {
                runVictim(tracer, EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
                if (tracer.expired()) {
                  return "the program does not end in time, so nothing can be checked after it";
                }
                check(tracer, outcome);
              }
              return String.join("; ", outcome.evidence);
            });
  }

  private void check(Tracer tracer, Outcome outcome) {
    for (String command : setting.checks()) {
      tracer.restartLimit(setting.limit());
      long printed = VictimOutput.size();
      Ending ending =
          tracer.run(setting.shell().apply(command), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
      if (ending.code() != 0) {
        outcome.checkBroken = true;
        String said = VictimOutput.lastLines(printed);
        outcome.evidence.add(
            "the check '"
                + command
                + "' exits "
                + ending.code()
                + (said.isEmpty() ? "" : ": " + said));
      }
    }
  }
}
