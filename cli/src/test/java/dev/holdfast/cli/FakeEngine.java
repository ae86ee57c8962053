package dev.holdfast.cli;

import dev.holdfast.cli.prove.ProveCommand;
import dev.holdfast.prove.Arena;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.Together;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers what it is told to, and remembers what it was asked. */
public final class FakeEngine implements ProveCommand.Engine {
  private final Proof answer;
  private final Map<String, Proof> others = new HashMap<>();
  @Nullable Case asked;
  @Nullable Together together;

  /** All that was asked to run together, each as its command line and how. */
  final List<String> allTogether = new ArrayList<>();

  /** All that was asked against an intruder. */
  final List<Case> all = new ArrayList<>();

  private List<Arena> arenas = List.of();

  @Nullable ScheduleProof schedules;
  @Nullable String replayed;
  @Nullable String refusal;
  @Nullable String whyNot;
  boolean listed;

  public FakeEngine(Proof answer) {
    this.answer = answer;
  }

  /** What it answers for another program; null to refuse it. */
  public FakeEngine of(String program, @Nullable Proof itsAnswer) {
    others.put(program, itsAnswer);
    return this;
  }

  public Case asked() {
    if (asked == null) {
      throw new AssertionError("nothing was asked");
    }
    return asked;
  }

  public List<Case> allAsked() {
    return List.copyOf(all);
  }

  private Proof answer(Case what) throws ProveException {
    asked = what;
    all.add(what);
    if (refusal != null) {
      throw new ProveException(refusal);
    }
    String program = what.argv().getFirst();
    Proof other = others.getOrDefault(program, answer);
    if (other == null) {
      throw new ProveException(program + ": no such program (ENOENT)");
    }
    return other;
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

  /** What it says that a package leaves to others. */
  public FakeEngine leaving(Arena... directories) {
    arenas = List.of(directories);
    return this;
  }

  @Override
  public List<Arena> arenas(Case what, Progress progress) throws ProveException {
    answer(what);
    return arenas;
  }

  @Override
  public ScheduleProof schedules(
      Case what, Together how, @Nullable String replay, Progress progress) throws ProveException {
    answer(what);
    together = how;
    allTogether.add(String.join(" ", what.argv()) + " " + how);
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
