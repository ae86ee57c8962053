package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.schedule.run.Trace.Spin;
import dev.holdfast.prove.schedule.run.Trace.Stop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who looks at the same thing again and again is kept from going on until others have. Whether it
 * would have come to an end by itself is tried, once for each: where it does, who looks may do so
 * for longer from then on, and no moment is left out; where it does not, that is told.
 *
 * <p>Threads: one at a time.
 */
final class LongLooks {
  /** So many times longer than usual one is let look then. */
  static final int PATIENT = 16;

  private final Runner runner;
  private final Learned learned;

  /** Who was let go on for long. */
  private final Set<Integer> letGoOn = new HashSet<>();

  /** What those look at who were let go on for long, and did not come to an end. */
  private final Set<String> forEver = new TreeSet<>();

  private @Nullable Spin spin;

  /** The choices until then. */
  private List<Integer> spinning = List.of();

  LongLooks(Runner runner, Learned learned) {
    this.runner = runner;
    this.learned = learned;
  }

  /** A schedule was run: one may have been kept from going on. */
  void look(Trace trace) {
    Spin here = trace.spin();
    if (here != null && trace.stop() != Stop.DIVERGED && !letGoOn.contains(here.who())) {
      spin = here;
      spinning = trace.choices().subList(0, here.index());
    }
  }

  /** Tries it with one that was not tried; whether it comes to an end by itself. */
  boolean comeToAnEnd(Set<String> points) {
    Spin here = spin;
    spin = null;
    if (here == null || !letGoOn.add(here.who())) {
      return false;
    }
    if (learned.patience == PATIENT) {
      forEver.add(here.about());
      return false;
    }
    Learned patient = learned.copy();
    patient.patience = PATIENT;
    Chooser on =
        (decision, _) -> decision.enabled().contains(here.who()) ? here.who() : Chooser.STOP;
    Trace trace = runner.run(runner.everybody(), spinning, runner.everybody(), points, patient, on);
    Spin again = trace.spin();
    if (again != null && again.who() == here.who()) {
      forEver.add(here.about());
      return false;
    }
    learned.patience = PATIENT;
    letGoOn.clear();
    forEver.clear();
    return true;
  }

  /** What some look at for ever, for people. */
  Set<String> forEver() {
    return forEver;
  }
}
