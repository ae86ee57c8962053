package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.BySchedules;
import dev.holdfast.lab.stage.Meeting;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.SeveralPlays;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import java.util.List;
import java.util.Set;

/** A daemon is started twice. */
public final class L11TwoInstances {
  private static final String DIRECTORY = "/srv/daemon";
  private static final List<String> ARGS = List.of(DIRECTORY);

  private L11TwoInstances() {}

  private static final Scene SCENE =
      new Scene(Row.L11, List.of(Row.K07), "a daemon with a PID file is started a second time");

  public static Play play() {
    return new SeveralPlays(SCENE, List.of(startedAgain(), inAnyOrder()));
  }

  /** Two scripts, with no director and no check. */
  private static Play inAnyOrder() {
    return new StagedPlay(
        SCENE,
        List.of(
            new StagedPlay.Pair(
                "shell",
                StagedPlay.Part.example(
                    "kill -0 $(cat pid) || echo $$ > pid",
                    "l11-look-then-write.sh",
                    twice("l11-look-then-write.sh")),
                StagedPlay.Part.example(
                    "flock -n pid", "l11-locked-pid.sh", twice("l11-locked-pid.sh")))));
  }

  private static StagedPlay.Director twice(String file) {
    StagedPlay.Starter script = StagedPlay.shell(file, "DIR");
    return (workshop, directory) -> {
      StagedPlay.requireProgram("flock");
      return BySchedules.of(
              new BySchedules.Place(
                  DIRECTORY, "echo 0 > " + DIRECTORY + "/count", DIRECTORY + "/count"),
              script,
              script)
          .direct(workshop, directory);
    };
  }

  private static Play startedAgain() {
    return new ProvedPlay(
        SCENE,
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
