package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.BySchedules;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.SeveralPlays;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Part;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import java.util.List;
import java.util.Set;

/** A ticket machine: it reads the last number from a file, adds one, and writes it back. */
public final class L01LostUpdate {
  private static final String DIRECTORY = "/srv/machine";
  private static final List<String> ARGS = List.of(DIRECTORY);
  private static final String SETUP = "echo 0 > " + DIRECTORY + "/counter";
  private static final Scene SCENE =
      new Scene(
          Row.L01, List.of(Row.K04, Row.K05), "two runs of one program count in the same file");

  private L01LostUpdate() {}

  public static Play play() {
    return new SeveralPlays(SCENE, List.of(shell(), java()));
  }

  private static Play shell() {
    return new StagedPlay(
        SCENE,
        List.of(
            new StagedPlay.Pair(
                "shell",
                Part.example("n=$(($(cat counter) + 1))", "l01-count.sh", twice("l01-count.sh")),
                Part.example(
                    "flock 9; the same", "l01-count-locked.sh", twice("l01-count-locked.sh")))));
  }

  private static StagedPlay.Director twice(String script) {
    StagedPlay.Starter starter = StagedPlay.shell(script, "DIR");
    return BySchedules.of(
        new BySchedules.Place(DIRECTORY, SETUP, DIRECTORY + "/counter"), starter, starter);
  }

  /** A JVM makes the calls of its threads in another order each time, so it meets a copy. */
  private static Play java() {
    return new ProvedPlay(
        SCENE,
        Stages.metByACopy(
            DIRECTORY, "test -z \"$(sort " + DIRECTORY + "/tickets | uniq -d)\"", SETUP),
        "grep -q . " + DIRECTORY + "/tickets",
        Set.of(),
        Set.of(),
        List.of(
            new Pair(
                "Java",
                new Victim.Java("Files.readString, Files.writeString", "locks.Count", ARGS),
                new Victim.Java(
                    "Locks.of(lock).acquire(10 s), the same", "locks.CountAlone", ARGS))));
  }
}
