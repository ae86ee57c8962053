package dev.holdfast.prove.trial;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.plan.Scenario;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.MutationObserver;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Site;
import dev.holdfast.prove.watch.SiteCounter;
import dev.holdfast.prove.watch.VolatileNames;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Plays a scenario: waits for the victim to come to each move's call, has the move made, and looks
 * at what the call of the last one then did.
 *
 * <p>Threads: the tracer's.
 */
final class Director implements TraceHandler {
  private final Stage stage;
  private final List<Move> moves;
  private final List<Tactics> tactics;
  private final VolatileNames volatileNames;
  private final boolean takesBack;
  private final SiteCounter counter;
  private final ForeverHandler forever;

  /** How many moves were made. */
  private int made;

  private @Nullable Call struck;
  private @Nullable Operation operation;

  /**
   * @param tactics one for each move
   * @param takesBack the last move is taken back right after its call
   */
  Director(Stage stage, Scenario scenario, List<Tactics> tactics, boolean takesBack) {
    this.stage = stage;
    this.takesBack = takesBack;
    this.moves = scenario.moves();
    this.tactics = tactics;
    this.volatileNames = stage.setting.volatileNames();
    this.counter = new SiteCounter(volatileNames);
    this.forever = new ForeverHandler(stage.outcome);
  }

  @Override
  public Start starts(Task task, Program program) {
    return Start.SHOWN_AND_MAY_FAIL;
  }

  @Override
  public Then beforeCall(Call call) {
    if (call.sysno() == Sysno.CHROOT) {
      stage.resolver.rootsDiffer();
    }
    if (made == moves.size()) {
      return watchesForever() ? forever.beforeCall(call) : Then.GO_ON;
    }
    Operation now = stage.resolver.operationOf(call);
    Site site = counter.next(call, MutationObserver.names(stage.resolver, call, now));
    Move move = moves.get(made);
    if (!move.onTheWay()) {
      return isPlace(move, site) ? make(move, call, now) : Then.GO_ON;
    }
    Site wanted = move.call().site();
    boolean alike = site.call() == wanted.call() && site.process().equals(wanted.process());
    return alike && binding(move, call, now) != null ? make(move, call, now) : Then.GO_ON;
  }

  /** What the move is to change, as it is now; null if the attacker cannot. */
  private @Nullable Binding binding(Move move, Call call, Operation now) {
    Binding planned = Objects.requireNonNull(move.binding());
    if (planned.operand() >= now.operands().size()) {
      return null;
    }
    String path = volatileNames.normalize(planned.path());
    stage.resolver.forget();
    return stage.resolver.changeable(call.task(), now, planned.operand()).stream()
        .filter(
            binding ->
                move.onTheWay()
                    ? !binding.last() && volatileNames.normalize(binding.path()).equals(path)
                    : binding.index() == planned.index())
        .findFirst()
        .orElse(null);
  }

  private boolean isPlace(Move move, Site site) {
    Site wanted = move.call().site();
    return site.occurrence() == wanted.occurrence()
        && site.call() == wanted.call()
        && site.process().equals(wanted.process())
        && site.key(volatileNames).equals(wanted.key(volatileNames));
  }

  private Then make(Move move, Call call, Operation now) {
    Binding binding = null;
    if (move.binding() != null) {
      binding = binding(move, call, now);
      if (binding == null) {
        return failed("the attacker could no longer change the name");
      }
    }
    Tactics how = tactics.get(made);
    made++;
    if (made == moves.size()) {
      struck = call;
      operation = now;
    }
    if (takesBack && made == moves.size()) {
      stage.striker.keepOriginal();
    }
    try {
      stage.prepare(call, binding != null);
      Then then = how.act(stage, move, call, binding);
      stage.before = Snapshot.take(stage.vault);
      if (made < moves.size()) {
        prepared();
      }
      return then;
    } catch (FileSystemException e) {
      return failed("the strike could not be prepared: " + e.getMessage());
    }
  }

  /** What the last move shall start from; without it that one makes no sense. */
  private void prepared() {
    if (stage.outcome.struck == Outcome.Struck.DONE) {
      stage.outcome.struck = Outcome.Struck.NOT_REACHED;
    } else {
      made = moves.size();
    }
  }

  private Then failed(String why) {
    stage.outcome.struck = Outcome.Struck.FAILED;
    stage.outcome.evidence.add(why);
    return Then.GO_ON;
  }

  /** True once the last move was made. */
  boolean done() {
    return made == moves.size();
  }

  private boolean watchesForever() {
    return !tactics.getLast().alsoStopsAt().isEmpty();
  }

  @Override
  public Then afterCall(Call call, long result) {
    if (watchesForever()) {
      return forever.afterCall(call, result);
    }
    Operation did = operation;
    boolean done = stage.outcome.struck == Outcome.Struck.DONE;
    if (!done || call != struck) {
      return Then.GO_ON;
    }
    if (did != null && result >= 0) {
      tactics.getLast().succeeded(stage, moves.getLast(), call, did, result);
    }
    if (takesBack) {
      stage.striker.takeBack(stage.outcome);
    }
    return Then.GO_ON;
  }

  @Override
  public void stuck(Call call) {
    forever.stuck(call);
  }
}
