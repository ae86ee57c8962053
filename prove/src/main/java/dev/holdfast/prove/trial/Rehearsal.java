package dev.holdfast.prove.trial;

import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.Observer;

/**
 * The way on which the moves of a scenario lead the victim.
 *
 * @param from the index of the first call that came after the last move; all calls if it was not
 *     made
 */
public record Rehearsal(Observation observation, int from) {

  /** Directs and observes the same run. */
  static final class Watcher implements TraceHandler {
    private final Stage stage;
    private final Director director;
    private final Observer observer;

    /** Where the last move was made; -1 as long as it was not. */
    private int from = -1;

    Watcher(Stage stage, Director director) {
      this.stage = stage;
      this.director = director;
      this.observer =
          new Observer(stage.resolver, stage.setting.attacker(), stage.setting.volatileNames());
    }

    @Override
    public Start starts(Task task, Program program) {
      observer.starts(task, program);
      return Start.SHOWN_AND_MAY_FAIL;
    }

    @Override
    public Then beforeCall(Call call) {
      boolean before = director.done();
      Then first = director.beforeCall(call);
      if (director.done() && !before) {
        // The call itself is still the one that was observed.
        from = observer.seen() + 1;
        observer.namesChanged();
      }
      Then second = observer.beforeCall(call);
      return first == Then.GO_ON ? second : first;
    }

    @Override
    public Then afterCall(Call call, long result) {
      return observer.afterCall(call, result);
    }

    @Override
    public void started(Task parent, Task child) {
      observer.started(parent, child);
    }

    @Override
    public void afterExec(Task task) {
      observer.afterExec(task);
    }

    Rehearsal result(Ending ending) {
      Observation seen =
          observer.result(ending, stage.tracer.orphansLeft(), VictimOutput.lastLines());
      return new Rehearsal(seen, from < 0 ? seen.interesting().size() : from);
    }
  }
}
