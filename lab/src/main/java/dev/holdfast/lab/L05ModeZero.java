package dev.holdfast.lab;

import dev.holdfast.lab.StagedPlay.Pair;
import dev.holdfast.lab.StagedPlay.Part;
import dev.holdfast.libc.Identity;
import java.util.List;

/** A file that nobody may open is no obstacle for root. */
final class L05ModeZero {
  private L05ModeZero() {}

  static Play play() {
    StagedPlay.Starter creat = StagedPlay.c("l05-creat.c", "DIR/lock");
    StagedPlay.Starter hold = StagedPlay.java("Hold", "file", "DIR/lock");
    return new StagedPlay(
        new Scene(
            "L05",
            List.of("L05", "K01"),
            "creat(path, 0) as a lock",
            "two processes of root want the same lock file"),
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
                    "Locks.file(lock).tryAcquire()", "Hold", StagedPlay.twoHolders(hold, hold)))));
  }
}
