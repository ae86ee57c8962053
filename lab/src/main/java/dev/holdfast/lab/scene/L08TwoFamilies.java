package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.BySchedules;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import java.util.List;

/**
 * A script locks with flock(1), a Java program with {@code FileChannel.lock}, which is fcntl(2).
 */
public final class L08TwoFamilies {
  private static final String DIRECTORY = "/srv/families";

  private L08TwoFamilies() {}

  public static Play play() {
    StagedPlay.Starter script = StagedPlay.shell("l08-flock.sh", "DIR/lock");
    return new StagedPlay(
        new Scene(
            Row.L08,
            List.of(Row.K04, Row.K05, Row.K11),
            "one program locks a file with flock, another one with fcntl"),
        List.of(
            new Pair(
                "C",
                Part.example(
                    "flock file; lockf()", "l08-count-lockf.c", beside("l08-count-lockf.c")),
                Part.example(
                    "flock file; flock() and lockf()",
                    "l08-count-both.c",
                    beside("l08-count-both.c"))),
            new Pair(
                "Java",
                Part.java(
                    "flock file; FileChannel.tryLock()",
                    "locks.JdkLock",
                    (workshop, directory) -> {
                      StagedPlay.requireProgram("flock");
                      return StagedPlay.twoHolders(
                              script, StagedPlay.java("locks.JdkLock", "hold", "DIR/lock"))
                          .direct(workshop, directory);
                    }),
                Part.java(
                    "flock file; Locks.all(Locks.ofd(file), Locks.flock(file)).tryAcquire()",
                    "locks.HoldBoth",
                    StagedPlay.twoHolders(
                        script, StagedPlay.java("locks.HoldBoth", "DIR/lock"))))));
  }

  /** The program beside the script, in every order of their calls. */
  private static StagedPlay.Director beside(String program) {
    StagedPlay.Starter script = StagedPlay.shell("l08-count-flock.sh", "DIR");
    StagedPlay.Starter other = StagedPlay.c(program, "DIR");
    return (workshop, directory) -> {
      StagedPlay.requireProgram("flock");
      return BySchedules.of(
              new BySchedules.Place(
                  DIRECTORY, "echo 0 > " + DIRECTORY + "/count", DIRECTORY + "/count"),
              script,
              other)
          .direct(workshop, directory);
    };
  }
}
