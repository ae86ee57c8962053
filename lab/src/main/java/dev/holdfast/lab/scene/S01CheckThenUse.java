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

/** A privileged program writes into a user's file, once it has made sure that it is the user's. */
public final class S01CheckThenUse {
  private static final String FILE = "/srv/arena/report";

  private S01CheckThenUse() {}

  public static Play play() {
    List<String> args = List.of(Stages.attackerUid(), FILE, "done");
    return new ProvedPlay(
        new Scene(
            Row.S01,
            List.of(Row.F01, Row.F02),
            "root writes to a file in a directory of the user's own"),
        Stages.attackersOwn(
            "/srv/arena", "echo draft > " + FILE + " && chown --reference=/srv/arena " + FILE),
        "test \"$(cat " + FILE + ")\" = done",
        Set.of(Effect.WRITE),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "C",
                new Victim.C("stat, check, fopen", "s01-stat-then-fopen.c", args),
                new Victim.C("open, fstat, check, fdopen", "s01-open-then-fstat.c", args)),
            new Pair(
                "Java",
                new Victim.Java(
                    "Files.readAttributes, check, Files.newOutputStream",
                    "files.CheckThenWrite",
                    args),
                new Victim.Java(
                    "OpenFile.open(file, Opening.write().ownedBy(uid).singleLink().truncate())",
                    "files.OpenThenCheck",
                    args))));
  }
}
