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

/** A privileged program makes a file in a directory where everybody may make files. */
public final class S05PredictableName {
  private static final List<String> DIRECTORY = List.of("/srv/shared");

  private S05PredictableName() {}

  public static Play play() {
    Victim noclobber =
        new Victim.Shell("set -C; exec 3> random name", "s05-noclobber.sh", DIRECTORY);
    return new ProvedPlay(
        new Scene(
            Row.S05,
            List.of(Row.F04, Row.F07),
            "root writes to a directory that is everybody's, without the sticky bit"),
        Stages.shared("/srv/shared"),
        "grep -rqx 'all is well' /srv/shared",
        Set.of(Effect.WRITE, Effect.CREATE),
        // Nobody needs to be quick: the link may wait for days.
        Set.of(),
        List.of(
            new Pair(
                "shell, fixed name",
                new Victim.Shell("> report.txt", "s05-fixed-name.sh", DIRECTORY),
                noclobber),
            new Pair(
                "shell, $$",
                new Victim.Shell("> report.$$", "s05-pid-name.sh", DIRECTORY),
                noclobber),
            new Pair(
                "C",
                new Victim.C("getpid, fopen", "s05-pid-name.c", DIRECTORY),
                new Victim.C("mkstemp, fdopen", "s05-mkstemp.c", DIRECTORY)),
            new Pair(
                "Java",
                new Victim.Java("Files.writeString(\"report.txt\")", "files.FixedName", DIRECTORY),
                new Victim.Java(
                    "OpenFile.create(random name, 0600)",
                    "files.ExclusiveRandomName",
                    DIRECTORY))));
  }
}
