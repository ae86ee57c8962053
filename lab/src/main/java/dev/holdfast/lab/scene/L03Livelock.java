package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Actor;
import dev.holdfast.lab.stage.BySchedules;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Ending;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import dev.holdfast.lab.stage.Workshop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Two programs that step back from a deadlock, both in the same time. The director is the clock: it
 * lets both go on at the ends of pauses that are equally long.
 */
public final class L03Livelock {
  private static final String DIRECTORY = "/srv/places";
  private static final int ROUNDS = 50;

  private L03Livelock() {}

  public static Play play() {
    return new StagedPlay(
        new Scene(
            Row.L03,
            List.of(Row.K11, Row.K12),
            "two processes step back from each other, equally long"),
        List.of(
            new Pair(
                "shell",
                Part.example(
                    "mkdir ONE; mkdir OTHER || rmdir ONE; again",
                    "l03-step-back.sh",
                    opposite("l03-step-back.sh")),
                Part.example(
                    "mkdir, in the order of the names",
                    "l03-sorted.sh",
                    opposite("l03-sorted.sh"))),
            new Pair(
                "Java",
                Part.java(
                    "lock, tryLock, unlock, pause, again", "locks.StepBack", L03Livelock::usual),
                Part.java(
                    "Locks.all(first, second).acquire()",
                    "locks.TakeBoth",
                    L03Livelock::holdfast))));
  }

  private static StagedPlay.Director opposite(String script) {
    return BySchedules.of(
        new BySchedules.Place(DIRECTORY, "true", DIRECTORY + "/1"),
        StagedPlay.shell(script, "DIR/1", "DIR/2"),
        StagedPlay.shell(script, "DIR/2", "DIR/1"));
  }

  private static Ending usual(Workshop workshop, Path directory) throws IOException, SkipScene {
    StagedPlay.Starter forth = StagedPlay.java("locks.StepBack", "DIR/1", "DIR/2");
    StagedPlay.Starter back = StagedPlay.java("locks.StepBack", "DIR/2", "DIR/1");
    try (Actor a = Actor.start(forth.command(workshop, directory), directory);
        Actor b = Actor.start(back.command(workshop, directory), directory)) {
      for (int round = 0; round < ROUNDS; round++) {
        // first, busy, stepped back: each thrice, always both before either goes on.
        for (String step : List.of("first", "busy", "back")) {
          String said = a.says() + " " + b.says();
          if (!said.equals(step + " " + step)) {
            return Ending.held("in round " + round + " they say: " + said);
          }
          a.goOn();
          b.goOn();
        }
      }
      return Ending.lost(ROUNDS + " rounds in step, and neither has ever had both locks");
    }
  }

  /** Also what answers a deadlock: each wants both locks, and names them in its own order. */
  static Ending holdfast(Workshop workshop, Path directory)
      throws IOException, InterruptedException, SkipScene {
    StagedPlay.Starter forth = StagedPlay.java("locks.TakeBoth", "DIR/1", "DIR/2");
    StagedPlay.Starter back = StagedPlay.java("locks.TakeBoth", "DIR/2", "DIR/1");
    try (Actor a = Actor.start(forth.command(workshop, directory), directory);
        Actor b = Actor.start(back.command(workshop, directory), directory)) {
      int had = 0;
      for (int round = 0; round < ROUNDS; round++) {
        a.goOn();
        b.goOn();
      }
      a.finish();
      b.finish();
      for (int round = 0; round < ROUNDS; round++) {
        had += a.says().equals("both") ? 1 : 0;
        had += b.says().equals("both") ? 1 : 0;
      }
      return had == 2 * ROUNDS && a.ends() + b.ends() == 0
          ? Ending.held("in " + ROUNDS + " rounds each of them had both locks each time")
          : Ending.lost("both locks were had " + had + " times in " + ROUNDS + " rounds");
    }
  }
}
