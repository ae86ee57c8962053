package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A long job keeps an intermediate file in a sticky directory that is cleaned. */
public final class S07CleanerMeanwhile {
  private static final String RESULT = "/srv/own/result";
  private static final List<String> ARGS = List.of("/srv/tmp", RESULT);

  /**
   * What a sweep does once the job stood still for longer than the age; then the names are free.
   */
  private static final String SWEEP =
      "for file in $(find /srv/tmp -type f); do rm -f $file; "
          + Stages.asAttacker("echo mallory 9999 > $0")
          + " $file"
          + "; done";

  private S07CleanerMeanwhile() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S07,
            List.of(Row.F08),
            "root keeps an intermediate file in a sticky directory like /tmp, which is cleaned"),
        Stages.withRivals(
            bare ->
                Stages.readable("/srv/own")
                    .set(bare)
                    .withFresh(Path.of("/srv/tmp"), Path.of("/srv/own"))
                    .withSetup("chmod 1777 /srv/tmp"),
            "! grep -qs mallory " + RESULT,
            SWEEP),
        "test \"$(cat " + RESULT + ")\" = 'alice 100'",
        Set.of(),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "shell",
                new Victim.Shell("mktemp, > name, < name", "s07-mktemp-then-reopen.sh", ARGS),
                new Victim.Shell("set -C; exec 3> name", "s07-keep-descriptor.sh", ARGS)),
            new Pair(
                "Java",
                new Victim.Java(
                    "File.createTempFile, Files.writeString, readString",
                    "files.TempFileByName",
                    ARGS),
                new Victim.Java(
                    "TempFiles.named, read and written by descriptor",
                    "files.TempFileByDescriptor",
                    ARGS))));
  }
}
