package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import java.util.List;
import java.util.Set;

/** A program makes a temporary file, and the disk is full. */
public final class S15RetryForEver {
  private static final String DIRECTORY = "/srv/own";
  private static final String STATUS = "/srv/status";
  private static final List<String> ARGS = List.of(DIRECTORY);

  /** A disk of its own, and a mark at the end. */
  private static final String PREPARATION =
      "mount -t tmpfs -o size=64k,nr_inodes=8 tmpfs "
          + DIRECTORY
          + " || exit 3; \"$@\"; status=$?; echo $status > "
          + STATUS
          + "; exit $status";

  private static final String FILL =
      "mountpoint -q DIR || exit 0; cat /dev/zero > DIR/big 2> /dev/null; i=0;"
          + " while touch DIR/small.$i 2> /dev/null; do i=$((i + 1)); done";

  private S15RetryForEver() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S15,
            List.of(Row.F18),
            "root makes a temporary file on a disk of 64 KiB that fills up meanwhile"),
        Stages.withRivals(
            Stages.readable(DIRECTORY), "test -s " + STATUS, FILL.replace("DIR", DIRECTORY)),
        "grep -rqx 'all is well' " + DIRECTORY,
        Set.of(),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "C",
                ready(new Victim.C("do open while (fd == -1)", "s15-until-it-works.c", ARGS)),
                ready(new Victim.C("open, again if EEXIST, 16 times", "s15-while-taken.c", ARGS))),
            new Pair(
                "Java",
                ready(
                    new Victim.Java(
                        "Files.createFile, again if IOException", "files.UntilItWorks", ARGS)),
                ready(
                    new Victim.Java("TempFiles.anonymous, linkInto", "files.WhileTaken", ARGS)))));
  }

  private static Victim ready(Victim victim) {
    return new Victim.Prepared(PREPARATION, victim);
  }
}
