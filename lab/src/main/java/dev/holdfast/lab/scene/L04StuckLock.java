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

/** A holder is killed and its lock file stays; then two find it at the same time. */
public final class L04StuckLock {
  private static final String DIRECTORY = "/srv/job";
  private static final List<String> ARGS = List.of(DIRECTORY);
  private static final Scene SCENE =
      new Scene(
          Row.L04,
          List.of(Row.K01, Row.K13),
          "a process is killed while it holds a lock file, and others want it");

  /** The record of a holder of this machine, as it was when the machine was last shut down. */
  private static final String DEAD =
      """
      printf 'holdfast-lock 1\\npid 7\\nstart 7\\nboot earlier\\nmachine %s\\nhost here\\npidns 1\\ntimens 1\\ntoken %s\\n' \
      "$(cat /etc/machine-id)" abcdefghijklmnopqrstuvwxyz > DIR/ours; \
      printf 'since 2026-01-01T00:00:00Z\\ncommand job\\nend\\n' >> DIR/ours; \
      echo 4194304 > DIR/usual\
      """
          .replace("DIR", DIRECTORY);

  private L04StuckLock() {}

  public static Play play() {
    return new SeveralPlays(SCENE, List.of(killed(), freedByTwo(), freedInAnyOrder()));
  }

  /** Two scripts, with no director and no check. */
  private static Play freedInAnyOrder() {
    return new StagedPlay(
        SCENE,
        List.of(
            new StagedPlay.Pair(
                "shell",
                StagedPlay.Part.example(
                    "kill -0 $(cat lock) || rm lock", "l04-by-name.sh", twice("l04-by-name.sh")),
                StagedPlay.Part.example(
                    "flock -n lock", "l04-by-kernel.sh", twice("l04-by-kernel.sh")))));
  }

  private static StagedPlay.Director twice(String script) {
    StagedPlay.Starter starter = StagedPlay.shell(script, "DIR");
    return BySchedules.of(
        new BySchedules.Place(
            DIRECTORY, "echo 4194304 > " + DIRECTORY + "/lock", DIRECTORY + "/log"),
        starter,
        starter);
  }

  private static Play killed() {
    return new ProvedPlay(
        SCENE,
        Stages.killed(DIRECTORY),
        "test ! -e " + DIRECTORY + "/lock",
        Set.of(),
        Set.of(),
        List.of(
            new Pair(
                "shell",
                new Victim.Shell("set -C; echo $$ > lock", "l04-noclobber.sh", ARGS),
                new Victim.Java(
                    "Locks.file(lock).acquire(10 s)", "locks.WorkWithLockFile", ARGS))));
  }

  private static Play freedByTwo() {
    return new ProvedPlay(
        SCENE,
        Stages.metByACopy(DIRECTORY, Meeting.check(DIRECTORY), DEAD),
        "true",
        Set.of(),
        Set.of(),
        List.of(
            new Pair(
                "Java",
                new Victim.Java(
                    "is /proc/PID there? Files.delete, Files.createFile",
                    "locks.RemoveStaleLock",
                    ARGS),
                new Victim.Java("Locks.file(lock).tryAcquire()", "locks.RecoverLock", ARGS))));
  }
}
