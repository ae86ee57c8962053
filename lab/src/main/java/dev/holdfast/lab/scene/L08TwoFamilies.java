package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import java.util.List;

/**
 * A script locks with flock(1), a Java program with {@code FileChannel.lock}, which is fcntl(2).
 */
public final class L08TwoFamilies {
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
}
