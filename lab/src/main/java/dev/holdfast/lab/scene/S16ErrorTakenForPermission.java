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

/** A program lets in who is not on a list, and the list is gone for a moment. */
public final class S16ErrorTakenForPermission {
  private static final String LIST = "/srv/own/denied";
  private static final List<String> ARGS = List.of(LIST, "/srv/own", "alice", "mallory");

  private S16ErrorTakenForPermission() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S16,
            List.of(Row.F18),
            "root lets users in who are not on a list, while the list is being written anew"),
        Stages.withRivals(
            Stages.readable("/srv/own", "echo mallory > " + LIST),
            "test ! -e /srv/own/session.mallory",
            // What many an editor and script does before it writes the new one.
            "rm -f " + LIST),
        "test -e /srv/own/session.alice && test ! -e /srv/own/session.mallory",
        Set.of(),
        // Whoever can keep the list from being opened at all needs no race: no descriptors left.
        Set.of(),
        List.of(
            new Pair(
                "C",
                new Victim.C("fopen == NULL: nobody is denied", "s16-no-list-no-harm.c", ARGS),
                new Victim.C("fopen == NULL: nobody comes in", "s16-no-list-no-entry.c", ARGS)),
            new Pair(
                "shell",
                new Victim.Shell("if ! grep", "s16-no-list-no-harm.sh", ARGS),
                new Victim.Shell("grep; case $? in", "s16-no-list-no-entry.sh", ARGS)),
            new Pair(
                "Python",
                new Victim.Script(
                    "except OSError: return []", "python3", "s16-no-list-no-harm.py", ARGS),
                new Victim.Script("OSError ends it", "python3", "s16-no-list-no-entry.py", ARGS)),
            new Pair(
                "Java",
                new Victim.Java("Files.readAllLines, catch: List.of()", "files.NoListNoHarm", ARGS),
                new Victim.Java(
                    "OpenFile.open(list, Opening.read().ownedByMeOrRoot())",
                    "files.NoListNoEntry",
                    ARGS))));
  }
}
