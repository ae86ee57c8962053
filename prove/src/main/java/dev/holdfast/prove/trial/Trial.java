package dev.holdfast.prove.trial;

import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.observe.Binding;
import dev.holdfast.prove.observe.Raw;
import dev.holdfast.prove.observe.Resolver;
import dev.holdfast.prove.plan.PlannedWindow;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.world.World;
import dev.holdfast.prove.world.Worlds;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run of the victim in a world of its own, with one strike.
 *
 * <p>Threads: each call of {@link #run} makes its own world and may run beside others.
 */
final class Trial {
  private static final int MAX_HELD = 1 << 20;

  private final Setting setting;

  Trial(Setting setting) {
    this.setting = setting;
  }

  /**
   * @param beforehand the control: the strike is done before the victim starts
   * @param secret what stands in the protected files
   */
  Outcome run(PlannedWindow planned, boolean beforehand, String secret) {
    return setting
        .worlds()
        .inFreshWorld(
            world -> {
              Outcome outcome = new Outcome();
              inWorld(world, planned, beforehand, secret, outcome);
              return outcome;
            });
  }

  String undisturbed() {
    return setting
        .worlds()
        .inFreshWorld(
            world -> {
              Outcome outcome = new Outcome();
              VictimOutput.create();
              try (Tracer tracer =
                  new Tracer(setting.limit(), world.hostProc(), Worlds::protectProc)) {
                tracer.run(setting.victim(), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
                if (tracer.expired()) {
                  return "the program does not end in time, so nothing can be checked after it";
                }
                check(tracer, outcome);
              }
              return String.join("; ", outcome.evidence);
            });
  }

  private void inWorld(
      World world, PlannedWindow planned, boolean beforehand, String secret, Outcome outcome)
      throws IOException {
    Vault vault = new Vault(setting, secret);
    vault.build();
    VictimOutput.create();
    Striker striker = new Striker(setting.attacker(), vault, setting.guardsSet());
    Strike strike = planned.window().strike();
    Snapshot[] before = {Snapshot.take(vault)};
    int[] held = {-1};
    if (beforehand) {
      Binding binding = planned.binding();
      Binding now = binding == null ? null : Striker.beforehand(binding);
      if (now == null || !planned.predictable()) {
        return;
      }
      striker.strike(strike, now, outcome);
      before[0] = Snapshot.take(vault);
      if (outcome.struck != Outcome.Struck.DONE) {
        return;
      }
    }
    Duration limit = strike == Strike.FIFO ? setting.shortLimit() : setting.limit();
    try (Tracer tracer = new Tracer(limit, world.hostProc(), Worlds::protectProc)) {
      Resolver resolver = new Resolver(world.hostProc(), setting.attacker());
      StrikeHandler handler =
          new StrikeHandler(
              planned,
              setting.volatileNames(),
              resolver,
              outcome,
              (call, binding) -> {
                vault.contrast(call);
                Then then = act(striker, strike, call, binding, planned, held, outcome, tracer);
                before[0] = Snapshot.take(vault);
                return then;
              });
      TraceHandler used = beforehand ? _ -> Then.GO_ON : handler;
      Set<Sysno> wanted =
          beforehand
              ? EnumSet.noneOf(Sysno.class)
              : EnumSet.of(planned.call().site().call(), Sysno.CHROOT);
      Ending ending = tracer.run(setting.victim(), wanted, used);
      outcome.timedOut = ending instanceof Ending.TimedOut || tracer.expired();
      if (outcome.timedOut && strike == Strike.FIFO && handler.struck() != null) {
        outcome.touched("the victim waits in " + planned.window().use().call() + " for ever");
      }
      if (!outcome.timedOut) {
        check(tracer, outcome);
      }
    }
    judge(world, vault, planned, secret, before[0], held[0], outcome);
  }

  private Then act(
      Striker striker,
      Strike strike,
      Call call,
      @Nullable Binding binding,
      PlannedWindow planned,
      int[] held,
      Outcome outcome,
      Tracer tracer)
      throws FileSystemException {
    if (strike == Strike.KILL) {
      outcome.struck = Outcome.Struck.DONE;
      return Then.KILL;
    }
    if (strike == Strike.COPY) {
      outcome.struck = Outcome.Struck.DONE;
      runCopy(tracer, outcome);
      return Then.GO_ON;
    }
    if (strike == Strike.HOLD_OPEN) {
      held[0] = striker.holdOpen(currentName(call, planned.call().object()), outcome);
      return Then.GO_ON;
    }
    if (binding == null) {
      throw new IllegalStateException(strike + " needs a name to change");
    }
    striker.strike(strike, binding, outcome);
    return strike == Strike.FIFO ? Then.SHOW_RESULT_OR_STUCK : Then.SHOW_RESULT;
  }

  /** A second run may wait for what the first one holds; then both go on. */
  private void runCopy(Tracer tracer, Outcome outcome) {
    Duration patience = setting.baseline().multipliedBy(4).plusMillis(200);
    Ending copy =
        tracer.runAside(setting.victim(), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON, patience);
    outcome.evidence.add(
        copy == null
            ? "the second run waited for the first"
            : "the second run ended with " + copy.code());
  }

  /** A descriptor's name may be another one in this run. */
  private String currentName(Call call, String observed) {
    boolean descriptor =
        switch (call.sysno()) {
          case FCHMOD, FCHOWN, FSETXATTR -> true;
          default -> false;
        };
    if (!descriptor) {
      return observed;
    }
    Resolver resolver = new Resolver(setting.worlds().hostProc(), setting.attacker());
    String now = resolver.pathOf(call.task(), call.intArg(0));
    return now.isEmpty() ? observed : now;
  }

  private void judge(
      World world,
      Vault vault,
      PlannedWindow planned,
      String secret,
      Snapshot before,
      int held,
      Outcome outcome)
      throws FileSystemException {
    before.compare(Snapshot.take(vault), outcome);
    List<String> places = new ArrayList<>(setting.arenas());
    if (planned.binding() != null) {
      places.add(planned.binding().path());
    }
    new Scanner(setting.attacker(), secret, setting.injection(), places, outcome).scan(world);
    if (held >= 0) {
      judgeHeld(world, held, outcome);
    }
  }

  /** The attacker still holds what he opened in time: what can he read there that he may not? */
  private void judgeHeld(World world, int held, Outcome outcome) {
    byte[] contents = Contents.readAll(held, MAX_HELD);
    Result<byte[]> name =
        Unistd.readlinkat(world.hostProc(), Paths.bytes("thread-self/fd/" + held));
    String path = name.ok() ? Raw.of(name.value()) : "";
    Unistd.close(held);
    boolean mayNow = !path.isEmpty() && setting.attacker().may(path, Unistd.R_OK);
    if (contents.length > 0 && !mayNow) {
      outcome.effect(
          Effect.LEAK,
          path,
          "the attacker reads "
              + contents.length
              + " bytes of "
              + Raw.display(path)
              + " through the descriptor he opened in time; by its name he may not");
    }
  }

  private void check(Tracer tracer, Outcome outcome) {
    for (String command : setting.checks()) {
      tracer.restartLimit(setting.limit());
      Ending ending =
          tracer.run(setting.shell().apply(command), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
      if (ending.code() != 0) {
        outcome.checkBroken = true;
        outcome.evidence.add("the check '" + command + "' exits " + ending.code());
      }
    }
  }
}
