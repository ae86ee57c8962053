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

/** A program keeps a secret in a file of its own, in a directory that others may read. */
public final class S06BornTooOpen {
  private static final String FILE = "/srv/own/key";
  private static final List<String> ARGS = List.of(FILE);

  private S06BornTooOpen() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S06,
            List.of(Row.F04),
            "root keeps a secret in a directory of its own that everybody may read"),
        Stages.readable("/srv/own"),
        "test \"$(cat "
            + FILE
            + ")\" = 'the key is 4711' && test \"$(stat -c %a "
            + FILE
            + ")\" = 600",
        Set.of(Effect.LEAK),
        Set.of(ProvedPlay.Demand.RACE, ProvedPlay.Demand.SECOND_IDENTITY),
        List.of(
            new Pair(
                "C",
                new Victim.C("fopen, fchmod", "s06-born-open.c", ARGS),
                new Victim.C("open(O_CREAT|O_EXCL, 0600)", "s06-born-narrow.c", ARGS)),
            new Pair(
                "shell",
                new Victim.Shell("> key; chmod 600 key", "s06-born-open.sh", ARGS),
                new Victim.Shell("umask 077; set -C; > key", "s06-born-narrow.sh", ARGS)),
            new Pair(
                "Java",
                new Victim.Java(
                    "Files.createFile, Files.setPosixFilePermissions", "files.BornOpen", ARGS),
                new Victim.Java("OpenFile.create(file, 0600)", "files.BornNarrow", ARGS))));
  }
}
