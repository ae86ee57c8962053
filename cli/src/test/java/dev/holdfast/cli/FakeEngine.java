package dev.holdfast.cli;

import dev.holdfast.cli.prove.ProveCommand;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.Together;
import org.jspecify.annotations.Nullable;

/** Answers what it is told to, and remembers what it was asked. */
public final class FakeEngine implements ProveCommand.Engine {
  private final Proof answer;
  @Nullable Case asked;
  @Nullable Together together;
  @Nullable ScheduleProof schedules;
  @Nullable String replayed;
  @Nullable String refusal;
  @Nullable String whyNot;
  boolean listed;

  public FakeEngine(Proof answer) {
    this.answer = answer;
  }

  public Case asked() {
    if (asked == null) {
      throw new AssertionError("nothing was asked");
    }
    return asked;
  }

  private Proof answer(Case what) throws ProveException {
    asked = what;
    if (refusal != null) {
      throw new ProveException(refusal);
    }
    return answer;
  }

  @Override
  public Proof prove(Case what, Progress progress) throws ProveException {
    return answer(what);
  }

  @Override
  public Proof listWindows(Case what, Progress progress) throws ProveException {
    listed = true;
    return answer(what);
  }

  @Override
  public Proof replay(Case what, String window, Progress progress) throws ProveException {
    replayed = window;
    return answer(what);
  }

  @Override
  public ScheduleProof schedules(
      Case what, Together how, @Nullable String replay, Progress progress) throws ProveException {
    answer(what);
    together = how;
    replayed = replay;
    if (schedules == null) {
      throw new AssertionError("no schedules were expected");
    }
    return schedules;
  }

  @Override
  public @Nullable String whyNot() {
    return whyNot;
  }
}
