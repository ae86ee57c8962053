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

/** A privileged program removes its temporary file, and makes another of the same name. */
public final class S10NameUsedAgain {
  private static final List<String> DIRECTORY = List.of("/srv/shared");

  private S10NameUsedAgain() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S10,
            List.of(Row.F07),
            "root works in a directory that is everybody's, without the sticky bit"),
        Stages.shared("/srv/shared"),
        "grep -rqx 'all is well' /srv/shared",
        Set.of(Effect.WRITE, Effect.CREATE),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "C",
                new Victim.C("mkstemp, unlink, fopen", "s10-name-used-again.c", DIRECTORY),
                new Victim.C("mkstemp, ftruncate", "s10-descriptor-used-again.c", DIRECTORY)),
            new Pair(
                "shell",
                new Victim.Shell("mktemp, rm, > name", "s10-name-used-again.sh", DIRECTORY),
                new Victim.Shell("set -C; exec 3> random name", "s05-noclobber.sh", DIRECTORY)),
            new Pair(
                "Java",
                new Victim.Java(
                    "File.createTempFile, delete, Files.writeString",
                    "files.NameUsedAgain",
                    DIRECTORY),
                new Victim.Java(
                    "TempFiles.anonymous, linkInto", "files.NameWhenWhole", DIRECTORY))));
  }
}
