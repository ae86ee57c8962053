package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Actor;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Ending;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import java.io.IOException;
import java.util.List;

/** A lock that is gone although nobody let go of it, and one that is not although its holder is. */
public final class L10LostSilently {
  private L10LostSilently() {}

  public static Play play() {
    StagedPlay.Starter jdk = StagedPlay.java("locks.JdkLock", "read", "DIR/lock");
    StagedPlay.Starter ours = StagedPlay.java("locks.Hold", "ofd-read", "DIR/lock");
    return new StagedPlay(
        new Scene(
            Row.L10,
            List.of(Row.K04),
            "a holder opens and closes the file once more, or leaves a child behind"),
        List.of(
            new Pair(
                "second close",
                Part.java(
                    "FileChannel.tryLock(), Files.readAllBytes(file)",
                    "locks.JdkLock",
                    StagedPlay.twoHolders(
                        jdk, StagedPlay.java("locks.JdkLock", "hold", "DIR/lock"))),
                Part.java(
                    "Locks.of(file).tryAcquire(), Files.readAllBytes(file)",
                    "locks.Hold",
                    StagedPlay.twoHolders(ours, StagedPlay.java("locks.Hold", "ofd", "DIR/lock")))),
            new Pair(
                "child",
                Part.example(
                    "exec 9> lock; flock 9; daemon &",
                    "l10-child.sh",
                    leavesChild(
                        StagedPlay.shell("l10-child.sh", "DIR/lock"),
                        StagedPlay.java("locks.Hold", "flock", "DIR/lock"))),
                Part.java(
                    "Locks.flock(lock), ProcessBuilder.start()",
                    "locks.Hold",
                    leavesChild(
                        StagedPlay.java("locks.Hold", "flock-child", "DIR/lock"),
                        StagedPlay.java("locks.Hold", "flock", "DIR/lock"))))));
  }

  /** The holder starts a child and ends; the child stays. Is the lock free? */
  private static StagedPlay.Director leavesChild(
      StagedPlay.Starter first, StagedPlay.Starter second) {
    return (workshop, directory) -> {
      StagedPlay.requireProgram("flock");
      try (Actor holder = Actor.start(first.command(workshop, directory), directory)) {
        String said = holder.says();
        ProcessHandle child =
            ProcessHandle.of(Long.parseLong(said))
                .orElseThrow(() -> new IOException("no child " + said));
        try {
          int status = holder.ends();
          try (Actor next = Actor.start(second.command(workshop, directory), directory)) {
            String answer = next.says();
            if (status != 0 || !child.isAlive()) {
              return Ending.failed("the holder ends with " + status + ", its child is gone");
            }
            return answer.equals("held")
                ? Ending.held("the holder has ended, its child lives, and the lock is free")
                : Ending.lost("the holder has ended, and its child " + said + " keeps the lock");
          }
        } finally {
          child.destroyForcibly();
        }
      }
    };
  }
}
