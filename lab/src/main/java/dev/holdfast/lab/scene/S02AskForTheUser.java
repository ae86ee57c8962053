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

/** A privileged program asks whether its user may, and then does it with its own rights. */
public final class S02AskForTheUser {
  private static final String FILE = "/srv/arena/report";

  private S02AskForTheUser() {}

  public static Play play() {
    List<String> byNumber = List.of(Stages.attackerUid(), FILE, "done");
    List<String> byName = List.of(Stages.ATTACKER, FILE, "done");
    return new ProvedPlay(
        new Scene(
            Row.S02,
            List.of(Row.S17, Row.F11),
            "root writes to a file for a user, in a directory of the user's own"),
        Stages.attackersOwn(
            "/srv/arena", "echo draft > " + FILE + " && chown --reference=/srv/arena " + FILE),
        "test \"$(cat " + FILE + ")\" = done",
        Set.of(Effect.WRITE),
        Set.of(ProvedPlay.Demand.RACE, ProvedPlay.Demand.SECOND_IDENTITY),
        List.of(
            new Pair(
                "C",
                new Victim.C("access, fopen", "s02-access-then-open.c", byNumber),
                new Victim.C("seteuid, fopen", "s02-become-the-user.c", byNumber)),
            new Pair(
                "Java",
                new Victim.Java(
                    "owner and permissions, Files.writeString", "files.DecideThenWrite", byName),
                new Victim.Java("AsUser.named(user).open(file)", "files.WriteAsUser", byName))));
  }
}
