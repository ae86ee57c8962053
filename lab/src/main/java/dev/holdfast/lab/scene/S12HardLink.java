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

/** A privileged program gives a user a file in the user's own directory. */
public final class S12HardLink {
  private static final String FILE = "/srv/arena/report";
  private static final String FOREIGN = "/srv/team/plan";

  private S12HardLink() {}

  public static Play play() {
    List<String> args = List.of(Stages.attackerUid(), FILE);
    return new ProvedPlay(
        new Scene(
            Row.S12,
            List.of(Row.F01),
            "root gives a user a file in the user's directory; a file of the team's lies"
                + " elsewhere"),
        Stages.withRivals(
            bare ->
                Stages.attackersOwn(
                        "/srv/arena",
                        "echo draft > " + FILE,
                        // fs.protected_hardlinks lets everybody link to what they may read and
                        // write.
                        "echo plan > " + FOREIGN + " && chmod 666 " + FOREIGN)
                    .set(bare)
                    .withFresh(Path.of("/srv/team")),
            "test $(stat -c %u " + FOREIGN + ") = 0",
            Stages.asAttacker("ln -f " + FOREIGN + " " + FILE)),
        "test $(stat -c %u " + FILE + ") = " + Stages.attackerUid(),
        Set.of(),
        // Nobody needs to be quick: the link may wait for days.
        Set.of(ProvedPlay.Demand.SECOND_IDENTITY),
        List.of(
            new Pair(
                "C",
                new Victim.C("lstat, check, lchown", "s12-lstat-then-lchown.c", args),
                new Victim.C("open, fstat, st_nlink, fchown", "s12-open-then-fchown.c", args)),
            new Pair(
                "Java",
                new Victim.Java(
                    "Files.isRegularFile, PosixFileAttributeView.setOwner",
                    "files.LookThenSetOwner",
                    args),
                new Victim.Java(
                    "OpenFile.open(file, Opening.read().singleLink()).chown(uid)",
                    "files.SingleLinkThenChown",
                    args))));
  }
}
