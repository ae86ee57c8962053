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

/** A privileged program makes a new file, once it has seen that there is none. */
public final class S04LookThenCreate {
  private static final List<String> FILE = List.of("/srv/arena/new");

  private S04LookThenCreate() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S04, List.of(Row.F04), "root makes a new file in a directory of the user's own"),
        Stages.attackersOwn("/srv/arena"),
        "test \"$(cat /srv/arena/new)\" = new",
        Set.of(Effect.WRITE, Effect.CREATE),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "C",
                new Victim.C("lstat, fopen", "s04-look-then-create.c", FILE),
                new Victim.C("open(O_CREAT|O_EXCL)", "s04-create-exclusively.c", FILE)),
            new Pair(
                "shell",
                new Victim.Shell("[ -e new ] || echo > new", "s04-look-then-create.sh", FILE),
                new Victim.Shell("set -C; echo > new", "s04-create-exclusively.sh", FILE)),
            new Pair(
                "Java",
                new Victim.Java("Files.exists, Files.writeString", "files.LookThenCreate", FILE),
                new Victim.Java("OpenFile.create(file, 0644)", "files.CreateExclusively", FILE))));
  }
}
