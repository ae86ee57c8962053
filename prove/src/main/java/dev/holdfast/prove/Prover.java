package dev.holdfast.prove;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.schedule.Schedules;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The prover: runs a program undisturbed, finds the moments at which an intruder could matter, and
 * tries each of them in a world of its own.
 *
 * <p><b>Guarantees.</b> Nothing the victim, the intruder or the check does changes a file of the
 * host or reaches a process of it; nothing of a world is left when a method returns or when this
 * process dies. Each run of the victim is bounded by the case's time-out.
 *
 * <p><b>Remaining races.</b> A victim that behaves differently from run to run may not come to a
 * window again: such windows are counted as undecided, never as survived.
 *
 * <p><b>Threads.</b> Safe for all; proofs beside each other share the processors.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class Prover {
  private Prover() {}

  /** Observes, plans, tries and judges. */
  public static Proof prove(Case what, Progress progress) throws ProveException {
    try (Session session = Session.open(what, progress)) {
      return session.prove(null, _ -> false);
    }
  }

  /**
   * As {@link #prove}, but not further than needed: windows are tried in their order until one
   * comes out as wanted. The proof has the windows up to that one.
   */
  public static Proof proveUntil(Case what, Predicate<WindowResult> wanted, Progress progress)
      throws ProveException {
    try (Session session = Session.open(what, progress)) {
      return session.prove(null, wanted);
    }
  }

  /** Observes and plans only: all windows are {@linkplain Proof#listed listed}, none was tried. */
  public static Proof listWindows(Case what, Progress progress) throws ProveException {
    try (Session session = Session.open(what, progress)) {
      return session.listWindows();
    }
  }

  /**
   * Runs the program once, undisturbed, and looks at what it leaves: the directories that it made
   * or worked in, and that somebody other than root may change.
   *
   * @throws ProveException also if it does not end with 0
   */
  public static List<Arena> arenas(Case what, Progress progress) throws ProveException {
    try (Session session = Session.open(what, progress)) {
      return session.arenas();
    }
  }

  /**
   * Runs the one break-in with this id again.
   *
   * @throws ProveException also if the program has no such window
   */
  public static Proof replay(Case what, String windowId, Progress progress) throws ProveException {
    try (Session session = Session.open(what, progress)) {
      return session.prove(windowId, _ -> false);
    }
  }

  /**
   * Runs the case's command together with others, or with itself, under every schedule. The
   * attacker, intruders and checks of the case play no part.
   *
   * @param replay the id of the one schedule to run again; null for all
   * @throws ProveException also if one after the other they do not come to an end
   */
  public static ScheduleProof schedules(
      Case what, Together how, @Nullable String replay, Progress progress) throws ProveException {
    int programs = how.runs() + how.others().size();
    if (how.inside() && programs != 1) {
      throw ProveException.wrongUse(
          "the tasks of one command run against one another (--inside), or several programs");
    }
    if (!how.inside() && (programs < 2 || programs > Together.MOST)) {
      throw ProveException.wrongUse(
          "from two to " + Together.MOST + " programs run together (--runs, --with)");
    }
    if (replay != null && !Schedules.isReplay(replay, programs, how.inside())) {
      throw ProveException.wrongUse(
          "--replay " + replay + ": is not the id of a schedule of these");
    }
    try (Session session = Session.open(what, progress)) {
      return session.schedules(how, replay);
    }
  }

  /** What keeps this process from making worlds, and what to do; null if nothing does. */
  public static @Nullable String whyNot() {
    return Host.whyNot();
  }
}
