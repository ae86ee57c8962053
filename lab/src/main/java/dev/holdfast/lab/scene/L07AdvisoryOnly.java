package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Actor;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Ending;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import dev.holdfast.lab.stage.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program that never heard of locks writes to a file that another has locked. */
public final class L07AdvisoryOnly {
  private static final String FIRST = "FIRST\n";

  private L07AdvisoryOnly() {}

  public static Play play() {
    return new StagedPlay(
        new Scene(
            Row.L07, List.of(Row.K06), "a process holds a file, and another one does not ask"),
        List.of(
            new Pair(
                "lease",
                Part.java("FileChannel.lock()", "locks.JdkLock", L07AdvisoryOnly::usual),
                Part.java("FileLease.tryAcquire(file)", "locks.HoldLease", L07AdvisoryOnly::lease)),
            new Pair(
                "guard",
                Part.java("FileChannel.lock()", "locks.JdkLock", L07AdvisoryOnly::usual),
                Part.java("OpenGuard.of(file, …)", "locks.HoldGuard", L07AdvisoryOnly::guard))));
  }

  private static Path file(Path directory) throws IOException {
    return Files.writeString(directory.resolve("file"), FIRST);
  }

  private static Actor writer(Path directory) throws IOException {
    return Actor.start(List.of("/bin/sh", "-c", "echo SECOND > file"), directory);
  }

  private static Ending usual(Workshop workshop, Path directory)
      throws IOException, InterruptedException, SkipScene {
    Path file = file(directory);
    StagedPlay.Starter starter = StagedPlay.java("locks.JdkLock", "hold", "DIR/file");
    try (Actor holder = Actor.start(starter.command(workshop, directory), directory)) {
      String said = holder.says();
      try (Actor writer = writer(directory)) {
        int status = writer.ends();
        String now = Files.readString(file).strip();
        return said.equals("held") && status == 0 && !now.equals(FIRST.strip())
            ? Ending.lost("the file was locked, and `echo SECOND > file` made it " + now)
            : Ending.failed("the holder says " + said + ", the writer ends with " + status);
      }
    }
  }

  private static Ending lease(Workshop workshop, Path directory)
      throws IOException, InterruptedException, SkipScene {
    Path file = file(directory);
    StagedPlay.Starter starter = StagedPlay.java("locks.HoldLease", "DIR/file");
    try (Actor holder = Actor.start(starter.command(workshop, directory), directory)) {
      String said = holder.says();
      try (Actor writer = writer(directory)) {
        // The kernel tells the holder that somebody wants the file; until the holder answers, that
        // one waits.
        String wanted = holder.says();
        String meanwhile = holder.says();
        boolean waited = writer.isAlive();
        holder.ends();
        int status = writer.ends();
        return said.equals("held") && wanted.equals("wanted") && waited && status == 0
            ? meanwhile.equals("FIRST") && Files.readString(file).equals("SECOND\n")
                ? Ending.held("the writer had to wait until the lease was given back")
                : Ending.lost("the file was " + meanwhile + " under the lease")
            : Ending.lost("the writer did not wait: " + said + ", " + wanted + ", " + status);
      }
    }
  }

  private static Ending guard(Workshop workshop, Path directory)
      throws IOException, InterruptedException, SkipScene {
    Path file = file(directory);
    StagedPlay.Starter starter = StagedPlay.java("locks.HoldGuard", "DIR/file");
    try (Actor holder = Actor.start(starter.command(workshop, directory), directory)) {
      String said = holder.says();
      if (said.equals("denied")) {
        throw new SkipScene("fanotify permission events need root of the machine");
      }
      try (Actor writer = writer(directory)) {
        int status = writer.ends();
        holder.ends();
        String now = Files.readString(file);
        return said.equals("held") && status != 0 && now.equals(FIRST)
            ? Ending.held("the writer, root too, was refused")
            : Ending.lost("the writer ended with " + status + ", and the file is " + now.strip());
      }
    }
  }
}
