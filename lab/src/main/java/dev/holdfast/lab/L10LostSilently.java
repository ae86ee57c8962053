package dev.holdfast.lab;

import dev.holdfast.lab.StagedPlay.Ending;
import dev.holdfast.lab.StagedPlay.Pair;
import dev.holdfast.lab.StagedPlay.Part;
import java.io.IOException;
import java.util.List;

/** A lock that is gone although nobody let go of it, and one that is not although its holder is. */
final class L10LostSilently {
  private L10LostSilently() {}

  static Play play() {
    StagedPlay.Starter jdk = StagedPlay.java("JdkLock", "read", "DIR/lock");
    StagedPlay.Starter ours = StagedPlay.java("Hold", "ofd-read", "DIR/lock");
    return new StagedPlay(
        new Scene(
            "L10",
            List.of("L10", "K04"),
            "locks lost silently, or kept by a child",
            "a holder opens and closes the file once more, or leaves a child behind"),
        List.of(
            new Pair(
                "second close",
                Part.java(
                    "FileChannel.tryLock(), Files.readAllBytes(file)",
                    "JdkLock",
                    StagedPlay.twoHolders(jdk, StagedPlay.java("JdkLock", "hold", "DIR/lock"))),
                Part.java(
                    "Locks.of(file).tryAcquire(), Files.readAllBytes(file)",
                    "Hold",
                    StagedPlay.twoHolders(ours, StagedPlay.java("Hold", "ofd", "DIR/lock")))),
            new Pair(
                "child",
                Part.example(
                    "exec 9> lock; flock 9; daemon &",
                    "l10-child.sh",
                    leavesChild(
                        StagedPlay.shell("l10-child.sh", "DIR/lock"),
                        StagedPlay.java("Hold", "flock", "DIR/lock"))),
                Part.java(
                    "Locks.flock(lock), ProcessBuilder.start()",
                    "Hold",
                    leavesChild(
                        StagedPlay.java("Hold", "flock-child", "DIR/lock"),
                        StagedPlay.java("Hold", "flock", "DIR/lock"))))));
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
