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

/** A privileged program puts a file into a user's directory and hands it over. */
public final class S03MetadataByName {
  private static final String FILE = "/srv/arena/unpacked";

  private S03MetadataByName() {}

  public static Play play() {
    String uid = Stages.attackerUid();
    return new ProvedPlay(
        new Scene(Row.S03, List.of(Row.F02), "root unpacks into a directory of the user's own"),
        Stages.attackersOwn("/srv/arena"),
        "test \"$(cat "
            + FILE
            + ")\" = unpacked && test \"$(stat -c %u:%a "
            + FILE
            + ")\" = "
            + uid
            + ":644",
        Set.of(Effect.META),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "C",
                new Victim.C(
                    "close, chown, chmod", "s03-close-then-chown.c", List.of(uid, uid, FILE)),
                new Victim.C("fchown, fchmod, close", "s03-fchown.c", List.of(uid, uid, FILE))),
            new Pair(
                "Java",
                new Victim.Java(
                    "Files.writeString, Files.setOwner, Files.setPosixFilePermissions",
                    "files.WriteThenChown",
                    List.of(uid, FILE)),
                new Victim.Java(
                    "OpenFile.create, chown, chmod",
                    "files.ChownByDescriptor",
                    List.of(uid, FILE)))));
  }
}
