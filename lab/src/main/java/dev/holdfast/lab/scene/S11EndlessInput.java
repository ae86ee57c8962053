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

/** A privileged program takes in a user's file, once it knows what it is and how long. */
public final class S11EndlessInput {
  private static final String FILE = "/srv/arena/message";
  private static final String SPOOL = "/srv/own/spool";
  private static final List<String> ARGS = List.of(FILE, SPOOL);

  /** Else the usual way would fill this machine's memory. */
  private static final String LIMIT = "ulimit -f 8192; exec \"$@\"";

  private S11EndlessInput() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S11,
            List.of(Row.F01, Row.F12),
            "root takes in a message of at most 1 MiB from a directory of the user's own"),
        Stages.withRivals(
            bare ->
                Stages.attackersOwn(
                        "/srv/arena",
                        "echo hello > " + FILE + " && chown --reference=/srv/arena " + FILE)
                    .set(bare)
                    .withFresh(Path.of("/srv/own")),
            "test ! -e " + SPOOL + " || test $(stat -c %s " + SPOOL + ") -le 1048576",
            Stages.asAttacker("ln -sf /dev/zero " + FILE),
            Stages.asAttacker("rm -f " + FILE + " && mkfifo " + FILE),
            Stages.asAttacker("truncate -s 64M " + FILE)),
        "test \"$(cat " + SPOOL + ")\" = hello",
        Set.of(),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "C",
                limited(
                    new Victim.C(
                        "stat, check, open, read to the end", "s11-stat-then-copy.c", ARGS)),
                limited(
                    new Victim.C(
                        "open(O_NONBLOCK|O_NOFOLLOW), fstat, read 1 MiB",
                        "s11-open-then-bounded-copy.c",
                        ARGS))),
            new Pair(
                "shell",
                limited(new Victim.Shell("[ -f file ]; cat file", "s11-test-then-cat.sh", ARGS)),
                limited(new Victim.Shell("dd iflag=nonblock,nofollow", "s11-bounded.sh", ARGS))),
            new Pair(
                "Java",
                limited(
                    new Victim.Java(
                        "Files.readAttributes, Files.copy", "files.LookThenCopy", ARGS)),
                limited(
                    new Victim.Java(
                        "OpenFile.open(file, Opening.read().sizeAtMost(n)).readAll(n)",
                        "files.CopyBounded",
                        ARGS)))));
  }

  private static Victim limited(Victim victim) {
    return new Victim.Prepared(LIMIT, victim);
  }
}
