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

/** Two threads of one process ask for a lock that is meant for processes. */
public final class L13Threads {
  private L13Threads() {}

  public static Play play() {
    Part holdfast =
        Part.java(
            "Locks.of(file).tryAcquire() in two threads",
            "locks.ThreadsHold",
            threads(StagedPlay.java("locks.ThreadsHold", "DIR/lock")));
    return new StagedPlay(
        new Scene(
            Row.L13, List.of(Row.K15), "two threads of one process want the same lock on a file"),
        List.of(
            new Pair(
                "C",
                Part.example(
                    "fcntl(F_SETLK) in two threads",
                    "l13-threads.c",
                    threads(StagedPlay.c("l13-threads.c", "DIR/lock"))),
                holdfast),
            new Pair(
                "Java",
                Part.java(
                    "FileChannel.lock() in two threads",
                    "locks.ThreadsJdk",
                    threads(StagedPlay.java("locks.ThreadsJdk", "DIR/lock"))),
                holdfast)));
  }

  /** The second thread asks while the first one holds, and again when it has let go. */
  private static StagedPlay.Director threads(StagedPlay.Starter program) {
    return (workshop, directory) -> {
      try (Actor process = Actor.start(program.command(workshop, directory), directory)) {
        String first = process.says();
        String meanwhile = process.says();
        String afterwards = process.says();
        if (!first.equals("held")) {
          throw new IOException("the first thread says: " + first);
        }
        return meanwhile.equals("busy") && afterwards.equals("held")
            ? Ending.held("busy while the first thread holds it, and free afterwards")
            : Ending.lost("while the first thread holds it, the second one is told: " + meanwhile);
      }
    };
  }
}
