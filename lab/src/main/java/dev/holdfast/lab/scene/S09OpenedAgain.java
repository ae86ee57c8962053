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

/** A temporary file is made well, closed, and opened again by its name. */
public final class S09OpenedAgain {
  private static final List<String> DIRECTORY = List.of("/srv/shared");

  private S09OpenedAgain() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S09,
            List.of(Row.F02, Row.F07),
            "root makes a temporary file in a directory that is everybody's, without the sticky"
                + " bit"),
        Stages.shared("/srv/shared"),
        "grep -rqx 'all is well' /srv/shared",
        Set.of(Effect.WRITE),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "C",
                new Victim.C("mkstemp, close, fopen", "s09-mkstemp-then-reopen.c", DIRECTORY),
                new Victim.C("mkstemp, fdopen", "s05-mkstemp.c", DIRECTORY)),
            new Pair(
                "shell",
                new Victim.Shell("mktemp, > name", "s09-mktemp-then-reopen.sh", DIRECTORY),
                new Victim.Shell("set -C; exec 3> random name", "s05-noclobber.sh", DIRECTORY)),
            new Pair(
                "Java",
                new Victim.Java(
                    "Files.createTempFile, Files.writeString", "files.TempFileAgain", DIRECTORY),
                new Victim.Java(
                    "OpenFile.create(random name, 0600)",
                    "files.ExclusiveRandomName",
                    DIRECTORY))));
  }
}
