package dev.holdfast.prove.trial;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.observe.Action;
import dev.holdfast.prove.observe.Binding;
import dev.holdfast.prove.observe.MutationObserver;
import dev.holdfast.prove.observe.Operation;
import dev.holdfast.prove.observe.Raw;
import dev.holdfast.prove.observe.Resolver;
import dev.holdfast.prove.observe.Site;
import dev.holdfast.prove.observe.SiteCounter;
import dev.holdfast.prove.observe.VolatileNames;
import dev.holdfast.prove.plan.PlannedWindow;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler;
import java.nio.file.FileSystemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits for the victim to come to the window, acts, and looks at what the call then did. */
final class StrikeHandler implements TraceHandler {
  /** What happens at the stop. */
  @FunctionalInterface
  interface Act {
    /**
     * Acts.
     *
     * @param binding what is to be changed, as it is now; null for strikes that change no name
     */
    Then at(Call call, @Nullable Binding binding) throws FileSystemException;
  }

  private final PlannedWindow planned;
  private final VolatileNames volatileNames;
  private final String key;
  private final SiteCounter counter;
  private final Resolver resolver;
  private final Outcome outcome;
  private final Act act;
  private final ForeverHandler forever;
  private @Nullable Call struck;
  private @Nullable Operation operation;

  StrikeHandler(
      PlannedWindow planned,
      VolatileNames volatileNames,
      Resolver resolver,
      Outcome outcome,
      Act act) {
    this.planned = planned;
    this.volatileNames = volatileNames;
    this.key = planned.call().site().key(volatileNames);
    this.counter = new SiteCounter(volatileNames);
    this.resolver = resolver;
    this.outcome = outcome;
    this.act = act;
    this.forever = new ForeverHandler(outcome);
  }

  @Override
  public Then beforeCall(Call call) {
    Operation now = Operation.of(call);
    if (now.action() == Action.CHROOT) {
      resolver.rootsDiffer();
    }
    List<String> names = MutationObserver.names(resolver, call, now);
    Site site = counter.next(call, names);
    Site wanted = planned.call().site();
    if (struck != null && this.planned.window().strike() == Strike.RIVAL) {
      return forever.beforeCall(call);
    }
    if (struck != null
        || site.occurrence() != wanted.occurrence()
        || call.sysno() != wanted.call()
        || !call.task().path().equals(wanted.task())
        || !site.key(volatileNames).equals(key)) {
      return Then.GO_ON;
    }
    Binding planned = this.planned.binding();
    Binding binding = null;
    if (planned != null) {
      resolver.forget();
      binding =
          resolver.changeable(call.task(), now, planned.operand()).stream()
              .filter(b -> b.index() == planned.index())
              .findFirst()
              .orElse(null);
      if (binding == null) {
        outcome.struck = Outcome.Struck.FAILED;
        outcome.evidence.add("the attacker could no longer change the name");
        return Then.GO_ON;
      }
    }
    struck = call;
    operation = now;
    try {
      return act.at(call, binding);
    } catch (FileSystemException e) {
      outcome.struck = Outcome.Struck.FAILED;
      outcome.evidence.add("the strike could not be prepared: " + e.getMessage());
      return Then.GO_ON;
    }
  }

  @Override
  public Then afterCall(Call call, long result) {
    if (planned.window().strike() == Strike.RIVAL) {
      return forever.afterCall(call, result);
    }
    Operation did = operation;
    if (call != struck || did == null || result < 0) {
      return Then.GO_ON;
    }
    Strike strike = planned.window().strike();
    if (did.action() == Action.OPEN) {
      opened(call, (int) result, did, strike);
    } else if (did.action() == Action.EXEC && strike == Strike.CONTENT) {
      outcome.effect(Effect.EXEC, "program", "the victim executed the attacker's file");
    } else if (strike != Strike.REMOVE && strike != Strike.HOLD_OPEN) {
      outcome.touched(call.sysno().callName() + " succeeded on what the attacker put there");
    }
    return Then.GO_ON;
  }

  @Override
  public void stuck(Call call) {
    forever.stuck(call);
  }

  private void opened(Call call, int fd, Operation did, Strike strike) {
    String path = resolver.pathOf(call.task(), fd);
    // These leave no link to be followed: what was opened by the name is what was put there.
    boolean attackers =
        switch (strike) {
          case CONTENT, EXCHANGE, FIFO, HARDLINK -> true;
          default -> false;
        };
    if (attackers || path.contains(Vault.DIRECTORY)) {
      outcome.openedForReading |= did.reads();
      outcome.touched(
          "the victim opened "
              + (attackers ? "what the attacker put there" : "the protected " + Raw.display(path)));
    }
  }

  /** The call at which the strike fell, if the victim came there. */
  @Nullable Call struck() {
    return struck;
  }
}
