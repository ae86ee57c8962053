package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;

import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.observe.Action;
import dev.holdfast.prove.observe.Binding;
import dev.holdfast.prove.observe.Raw;
import dev.holdfast.prove.observe.Resolver;
import dev.holdfast.prove.plan.PlannedWindow;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.world.World;
import dev.holdfast.prove.world.Worlds;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static final byte[] NOTHING = {};

  private final Setting setting;

  Trial(Setting setting) {
    this.setting = setting;
  }

  /**
   * @param beforehand the control: the strike is done before the victim starts
   * @param secret what stands in the protected files
   * @param root raw; for the control: under which root directory the victim will look for them
   */
  Outcome run(PlannedWindow planned, boolean beforehand, String secret, String root) {
    return setting
        .worlds()
        .inFreshWorld(
            world -> {
              Outcome outcome = new Outcome();
              inWorld(world, planned, beforehand, secret, root, outcome);
              return outcome;
            });
  }

  /** The victim among the canaries, with no strike. */
  Outcome untouched(String secret) {
    return setting
        .worlds()
        .inFreshWorld(
            world -> {
              Outcome outcome = new Outcome();
              Vault vault = new Vault(setting, secret);
              vault.build();
              VictimOutput.create();
              Snapshot before = Snapshot.take(vault);
              try (Tracer tracer =
                  new Tracer(setting.limit(), world.hostProc(), Worlds::protectProc)) {
                tracer.run(setting.victim(), EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON);
              }
              before.compare(Snapshot.take(vault), outcome);
              scan(world, setting.arenas(), secret, outcome);
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
      World world,
      PlannedWindow planned,
      boolean beforehand,
      String secret,
      String root,
      Outcome outcome)
      throws IOException {
    Vault vault = new Vault(setting, secret);
    vault.build();
    VictimOutput.create();
    Striker striker = new Striker(setting.attacker(), vault, setting.guardsSet());
    Strike strike = planned.window().strike();
    Snapshot[] before = {Snapshot.take(vault)};
    String object = planned.call().object();
    boolean holds = strike == Strike.HOLD_OPEN;
    byte[] known = holds ? striker.readable(object, MAX_HELD) : NOTHING;
    int[] held = {-1};
    if (beforehand && holds) {
      held[0] = planned.predictable() ? holdOpen(striker, planned, object, outcome) : -1;
      if (held[0] < 0) {
        return;
      }
    } else if (beforehand && strike != Strike.RIVAL) {
      Binding binding = planned.binding();
      Binding now = binding == null ? null : Striker.beforehand(binding);
      if (now == null || !planned.predictable()) {
        return;
      }
      if (!root.equals("/") && Statx.statx(AT_FDCWD, Raw.bytes(root), 0, 0).ok()) {
        Vault.showUnder(root);
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
                outcome.root = resolver.rootOf(call.task());
                if (binding != null && !outcome.root.equals("/")) {
                  Vault.showUnder(outcome.root);
                }
                Then then = act(striker, strike, call, binding, planned, held, outcome, tracer);
                before[0] = Snapshot.take(vault);
                return then;
              });
      TraceHandler used = beforehand ? new ForeverHandler(outcome) : handler;
      if (beforehand && strike == Strike.RIVAL) {
        Program rival = setting.shell().apply(planned.rival());
        rivalEnded(tracer.run(rival, EnumSet.noneOf(Sysno.class), _ -> Then.GO_ON), outcome);
        tracer.restartLimit(limit);
      }
      Ending ending = tracer.run(setting.victim(), wanted(planned, beforehand), used);
      outcome.timedOut = ending instanceof Ending.TimedOut || tracer.expired();
      if (outcome.timedOut && strike == Strike.FIFO && handler.struck() != null) {
        outcome.touched("the victim waits in " + planned.window().use().call() + " for ever");
      }
      if (outcome.stuck && strike == Strike.RIVAL) {
        // No invariant is met by what never comes.
        outcome.checkBroken = true;
      } else if (!outcome.timedOut) {
        check(tracer, outcome);
      }
    }
    judge(world, vault, planned, secret, before[0], outcome);
    if (held[0] >= 0) {
      judgeHeld(world, held[0], known, outcome);
    }
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
    if (strike == Strike.RIVAL) {
      runRival(tracer, planned.rival(), outcome);
      return ForeverHandler.watch(call);
    }
    if (strike == Strike.HOLD_OPEN) {
      held[0] = holdOpen(striker, planned, currentName(call, planned), outcome);
      return Then.GO_ON;
    }
    if (binding == null) {
      throw new IllegalStateException(strike + " needs a name to change");
    }
    striker.strike(strike, binding, outcome);
    return strike == Strike.FIFO ? Then.SHOW_RESULT_OR_STUCK : Then.SHOW_RESULT;
  }

  private static Set<Sysno> wanted(PlannedWindow planned, boolean beforehand) {
    Set<Sysno> wanted =
        beforehand
            ? EnumSet.noneOf(Sysno.class)
            : EnumSet.of(planned.call().site().call(), Sysno.CHROOT);
    if (planned.window().strike() == Strike.RIVAL) {
      // A FIFO that another program put there may be opened long after.
      wanted.addAll(ForeverHandler.CALLS);
    }
    return wanted;
  }

  /** It may wait for what the victim holds; then both go on. */
  private void runRival(Tracer tracer, String command, Outcome outcome) {
    Ending ending =
        tracer.runAside(
            setting.shell().apply(command),
            EnumSet.noneOf(Sysno.class),
            _ -> Then.GO_ON,
            setting.limit().dividedBy(4));
    if (ending == null) {
      outcome.struck = Outcome.Struck.DONE;
      outcome.evidence.add("the other program waited for this one");
    } else {
      rivalEnded(ending, outcome);
    }
  }

  private static void rivalEnded(Ending ending, Outcome outcome) {
    outcome.struck = ending.code() == 0 ? Outcome.Struck.DONE : Outcome.Struck.FAILED;
    if (ending.code() != 0) {
      outcome.evidence.add(
          "the other program ended with " + ending.code() + ": " + VictimOutput.read().strip());
    }
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

  private static int holdOpen(
      Striker striker, PlannedWindow planned, String path, Outcome outcome) {
    boolean writing = (planned.call().lostRights() & Unistd.W_OK) != 0;
    return striker.holdOpen(path, writing, outcome);
  }

  /** A descriptor's name may be another one in this run. */
  private String currentName(Call call, PlannedWindow planned) {
    String observed = planned.call().object();
    if (planned.call().operation().action() != Action.DESCRIPTOR) {
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
      Outcome outcome)
      throws FileSystemException {
    before.compare(Snapshot.take(vault), outcome);
    List<String> places = new ArrayList<>(setting.arenas());
    if (planned.binding() != null) {
      places.add(planned.binding().path());
    }
    scan(world, places, secret, outcome);
  }

  private void scan(World world, List<String> places, String secret, Outcome outcome)
      throws FileSystemException {
    new Scanner(setting.attacker(), secret, setting.injection(), places, outcome).scan(world);
  }

  /**
   * The attacker still holds what he opened in time: what can he read or write there that he may
   * not?
   *
   * @param known what he could read of it before the victim started: no news to him
   */
  private void judgeHeld(World world, int held, byte[] known, Outcome outcome) {
    byte[] contents = Contents.readAll(held, MAX_HELD);
    Result<byte[]> name =
        Unistd.readlinkat(world.hostProc(), Paths.bytes("thread-self/fd/" + held));
    String path = name.ok() ? Raw.of(name.value()) : "";
    writeHeld(held, path, outcome);
    Unistd.close(held);
    boolean mayNow = !path.isEmpty() && setting.attacker().may(path, Unistd.R_OK);
    if (contents.length > 0 && !mayNow && !Arrays.equals(contents, known)) {
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

  private void writeHeld(int held, String path, Outcome outcome) {
    Result<Statx> stat = Statx.fstat(held);
    boolean named = !path.isEmpty() && stat.ok() && stat.value().nlink() > 0;
    if (!named || setting.attacker().may(path, Unistd.W_OK)) {
      return;
    }
    byte[] injection = Paths.bytes(setting.injection());
    if (Unistd.pwrite(held, injection, 0, injection.length, stat.value().size()).ok()) {
      outcome.effect(
          Effect.INJECT,
          path,
          "the attacker writes to "
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
