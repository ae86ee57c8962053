package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import dev.holdfast.libc.process.Identity;
import java.util.List;

/** A file that nobody may open is no obstacle for root. */
public final class L05ModeZero {
  private L05ModeZero() {}

  public static Play play() {
    StagedPlay.Starter creat = StagedPlay.c("l05-creat.c", "DIR/lock");
    StagedPlay.Starter hold = StagedPlay.java("locks.Hold", "file", "DIR/lock");
    return new StagedPlay(
        new Scene(Row.L05, List.of(Row.K01), "two processes of root want the same lock file"),
        List.of(
            new Pair(
                "C",
                Part.example(
                    "creat(lock, 0)",
                    "l05-creat.c",
                    (workshop, directory) -> {
                      if (Identity.geteuid() != 0) {
                        throw new SkipScene("only root is not stopped by permissions");
                      }
                      return StagedPlay.twoHolders(creat, creat).direct(workshop, directory);
                    }),
                Part.java(
                    "Locks.file(lock).tryAcquire()",
                    "locks.Hold",
                    StagedPlay.twoHolders(hold, hold)))));
  }
}
