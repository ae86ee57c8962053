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
import dev.holdfast.locks.report.LockTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Two programs move things between the same two places, in opposite directions. */
public final class L02Deadlock {
  private static final String DIRECTORY = "/srv/places";

  /** A look at the kernel's table takes about a millisecond. */
  private static final int LOOKS = 20_000;

  private L02Deadlock() {}

  public static Play play() {
    return new StagedPlay(
        new Scene(
            Row.L02,
            List.of(Row.K11, Row.K17),
            "two processes want the same two locks, in opposite orders"),
        List.of(
            new Pair(
                "shell",
                Part.example("flock FROM; flock TO", "l02-cross.sh", opposite("l02-cross.sh")),
                Part.example(
                    "flock, in the order of the names",
                    "l02-sorted.sh",
                    opposite("l02-sorted.sh"))),
            new Pair(
                "C",
                Part.example("flock(first), flock(second)", "l02-one-by-one.c", L02Deadlock::usual),
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
    StagedPlay.Starter forth = StagedPlay.c("l02-one-by-one.c", "DIR/1", "DIR/2");
    StagedPlay.Starter back = StagedPlay.c("l02-one-by-one.c", "DIR/2", "DIR/1");
    try (Actor a = Actor.start(forth.command(workshop, directory), directory);
        Actor b = Actor.start(back.command(workshop, directory), directory)) {
      String said = a.says() + ", " + b.says();
      a.goOn();
      b.goOn();
      for (int i = 0; i < LOOKS && a.isAlive() && b.isAlive(); i++) {
        for (List<Integer> circle : LockTable.read().deadlocks()) {
          if (circle.contains((int) a.pid()) && circle.contains((int) b.pid())) {
            return Ending.lost("both wait for ever; the kernel's table shows the circle " + circle);
          }
        }
      }
      return Ending.held("no circle was seen; they said " + said);
    }
  }
}
