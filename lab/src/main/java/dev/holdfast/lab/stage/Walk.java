package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Walker;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leads somebody through a scene: each program is stopped before each call at which the attacker
 * can do something, and the attacker acts when told to. Each stop is a run of its own, up to that
 * call.
 */
final class Walk {
  private final ProvedPlay.Stage stage;
  private final Workshop workshop;
  private final Walker walker;

  Walk(ProvedPlay.Stage stage, Workshop workshop, Walker walker) {
    this.stage = stage;
    this.workshop = workshop;
    this.walker = walker;
  }

  /**
   * Through both ways of one pair: the first whose sources can be shown and whose programs can be
   * made here.
   *
   * @return what came of the usual way, and of Holdfast's
   */
  List<Outcome> through(List<Pair> pairs) throws IOException, SkipScene, ProveException {
    Pair pair = choose(pairs);
    Outcome usual = through(pair.usual(), true);
    Outcome holdfast = through(pair.holdfast(), false);
    return List.of(usual, holdfast);
  }

  private Pair choose(List<Pair> pairs) throws IOException, SkipScene {
    SkipScene why = new SkipScene("no program of it can be made here");
    for (Pair pair : pairs) {
      try {
        if (!text(pair.usual().source()).isEmpty()) {
          pair.usual().command(workshop);
          pair.holdfast().command(workshop);
          return pair;
        }
      } catch (SkipScene missing) {
        why = missing;
      }
    }
    if (pairs.stream().allMatch(pair -> text(pair.usual().source()).isEmpty())) {
      return pairs.getFirst();
    }
    throw why;
  }

  private Outcome through(Victim victim, boolean usual)
      throws IOException, SkipScene, ProveException {
    Case what = stage.set(Case.of(victim.command(workshop)));
    // What the attacker can do is known only when the program has been seen more than once.
    Proof proof = Prover.prove(what, Progress.NONE);
    List<Window> stops = proof.windows().stream().map(WindowResult::window).toList();
    List<String> source = text(victim.source());
    String file = victim.source().substring(victim.source().lastIndexOf('/') + 1);
    walker.enters(usual, victim.program(), file, source, stops.size());
    boolean lost = false;
    boolean open = proof.exit() != 0;
    int number = 0;
    for (Window stop : stops) {
      number++;
      switch (walker.stopped(number, stop, SourceLine.of(source, stop.use()))) {
        case STRIKE -> {
          WindowResult result = strike(what, stop);
          if (result != null) {
            walker.struck(result);
            lost |= result.verdict() == Verdict.EXPLOITED;
          }
          open |= result == null || result.verdict().undecided();
        }
        case PASS -> open = true;
        case LEAVE -> {
          return lost ? Outcome.LOST : Outcome.UNDECIDED;
        }
      }
    }
    return lost ? Outcome.LOST : open ? Outcome.UNDECIDED : Outcome.HELD;
  }

  /** Null if the program did not come there. */
  private static @Nullable WindowResult strike(Case what, Window stop) throws ProveException {
    return Prover.replay(what, stop.id(), Progress.NONE).windows().stream()
        .filter(result -> result.window().id().equals(stop.id()))
        .findFirst()
        .orElse(null);
  }

  /** The lines of an example; none of what is not shipped as a text. */
  private static List<String> text(String source) {
    String file = source.substring(source.lastIndexOf('/') + 1);
    try (InputStream in = Walk.class.getResourceAsStream("/dev/holdfast/lab/" + file)) {
      return in == null
          ? List.of()
          : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
