package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.prove.model.Effect;
import java.util.List;
import java.util.Set;

/** A privileged program makes a directory, and a file in it by its whole path. */
public final class S13DirectoryOnTheWay {
  private S13DirectoryOnTheWay() {}

  public static Play play() {
    List<String> path = List.of("/srv/arena/new");
    return new ProvedPlay(
        new Scene(
            Row.S13, List.of(Row.F03), "root unpacks a tree into a directory of the user's own"),
        Stages.attackersOwn("/srv/arena"),
        "test \"$(cat /srv/arena/new/file)\" = unpacked",
        Set.of(Effect.CREATE),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "C",
                new Victim.C("mkdir, open(\"new/file\")", "s13-path-again.c", path),
                new Victim.C("mkdir, open, fstat, openat", "s13-held-directory.c", path)),
            new Pair(
                "Java",
                new Victim.Java(
                    "Files.createDirectory, Files.writeString", "files.PathAgain", path),
                new Victim.Java(
                    "Directory.mkdirHeld, create",
                    "files.HeldDirectory",
                    List.of("/srv/arena", "new")))));
  }
}
