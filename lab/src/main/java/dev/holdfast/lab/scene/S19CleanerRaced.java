package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.prove.Intruder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A privileged cleaner removes old files from a user's directory. */
public final class S19CleanerRaced {
  private static final String DIRECTORY = "/srv/arena";
  private static final List<String> ARGS = List.of(DIRECTORY);

  private S19CleanerRaced() {}

  public static Play play() {
    Victim clean =
        new Victim.Java("Cleaner.clean(directory, olderThan(10 days))", "files.Clean", ARGS);
    return new ProvedPlay(
        new Scene(
            Row.S19,
            List.of(Row.F14, Row.F15),
            "root removes old files from a directory of the user's own"),
        bare ->
            Stages.withRivals(
                    Stages.attackersOwn(
                        DIRECTORY,
                        "cd /srv/arena && mkdir sub && touch -d '20 days ago' old sub/old",
                        // Where the cleaner does not come, and so the attacker does not strike.
                        "echo in use > /srv/home/live",
                        "chown -R --reference=/srv/arena /srv/arena /srv/home"),
                    "grep -rqx 'in use' /srv/arena /srv/home",
                    Stages.asAttacker("mv -f /srv/home/live /srv/arena/old"))
                .set(bare)
                .withFresh(Path.of("/srv/home"))
                .withIntruders(Intruder.ATTACKER, Intruder.RIVAL),
        "test ! -e /srv/arena/old && test ! -e /srv/arena/sub/old && test -d /srv/arena/sub",
        Set.of(),
        Set.of(ProvedPlay.Demand.RACE),
        List.of(
            new Pair(
                "find -delete",
                new Victim.Shell("find -mtime +10 -delete", "s19-find-delete.sh", ARGS),
                clean),
            new Pair(
                "find | xargs rm",
                new Victim.Shell("find -mtime +10 | xargs rm", "s19-find-xargs-rm.sh", ARGS),
                clean),
            new Pair(
                "Java, walkFileTree",
                new Victim.Java("Files.walkFileTree, Files.delete", "files.WalkAndDelete", ARGS),
                clean),
            new Pair(
                "Java, SecureDirectoryStream",
                new Victim.Java(
                    "SecureDirectoryStream, deleteFile", "files.SecureStreamClean", ARGS),
                clean)));
  }
}
