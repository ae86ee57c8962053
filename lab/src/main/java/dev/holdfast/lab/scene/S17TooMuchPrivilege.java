package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.prove.model.Effect;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A privileged program reads a file for a user. */
public final class S17TooMuchPrivilege {
  private static final String FILE = "/srv/arena/letter";
  private static final String SPOOL = "/srv/spool/page";
  private static final List<String> BY_NAME = List.of(Stages.ATTACKER, FILE, SPOOL);

  private S17TooMuchPrivilege() {}

  public static Play play() {
    List<String> byNumber = List.of(Stages.attackerUid(), FILE, SPOOL);
    return new ProvedPlay(
        new Scene(
            Row.S17,
            List.of(Row.F11),
            "root takes a user's file to a spool that the user can look into"),
        bare ->
            Stages.attackersOwn(
                    "/srv/arena",
                    "echo dear > " + FILE + " && chown --reference=/srv/arena " + FILE)
                .set(bare)
                .withFresh(Path.of("/srv/spool")),
        "test \"$(cat " + SPOOL + ")\" = dear",
        Set.of(Effect.LEAK),
        // The link may be there from the beginning.
        Set.of(ProvedPlay.Demand.SECOND_IDENTITY),
        List.of(
            new Pair(
                "C",
                new Victim.C("fopen", "s17-as-root.c", BY_NAME),
                new Victim.C("initgroups, seteuid, fopen", "s17-as-the-user.c", BY_NAME)),
            new Pair(
                "shell",
                new Victim.Shell("cat file", "s17-as-root.sh", byNumber),
                new Victim.Shell("setpriv --reuid cat file", "s17-as-the-user.sh", byNumber)),
            new Pair(
                "Java",
                new Victim.Java("Files.readAllBytes", "files.ReadAsRoot", BY_NAME),
                new Victim.Java("AsUser.named(user).open(file)", "files.ReadAsUser", BY_NAME))));
  }
}
