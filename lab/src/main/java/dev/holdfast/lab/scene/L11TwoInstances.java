package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Meeting;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import java.util.List;
import java.util.Set;

/** A daemon is started twice. */
public final class L11TwoInstances {
  private static final String DIRECTORY = "/srv/daemon";
  private static final List<String> ARGS = List.of(DIRECTORY);

  private L11TwoInstances() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(Row.L11, List.of(Row.K07), "a daemon with a PID file is started a second time"),
        Stages.metByACopy(DIRECTORY, Meeting.check(DIRECTORY)),
        "grep -q in " + DIRECTORY + "/log",
        Set.of(),
        Set.of(),
        List.of(
            new Pair(
                "shell",
                new Victim.Shell("kill -0 $(cat pid) || echo $$ > pid", "l11-pid-file.sh", ARGS),
                new Victim.Java("Locks.pidFile(pid).tryAcquire()", "locks.OnlyInstance", ARGS))));
  }
}
