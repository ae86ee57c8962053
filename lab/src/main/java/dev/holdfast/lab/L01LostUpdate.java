package dev.holdfast.lab;

import java.util.List;
import java.util.Set;

/** A ticket machine: it reads the last number from a file, adds one, and writes it back. */
final class L01LostUpdate {
  private static final String DIRECTORY = "/srv/machine";
  private static final List<String> ARGS = List.of(DIRECTORY);

  private L01LostUpdate() {}

  static Play play() {
    return new ProvedPlay(
        new Scene(
            "L01",
            List.of("L01", "K04", "K05"),
            "lost update",
            "two runs of one program count in the same file"),
        Stages.metByACopy(
            DIRECTORY,
            "test -z \"$(sort " + DIRECTORY + "/tickets | uniq -d)\"",
            "echo 0 > " + DIRECTORY + "/counter"),
        "grep -q . " + DIRECTORY + "/tickets",
        Set.of(),
        Set.of(),
        List.of(
            new Pair(
                "shell",
                new Victim.Shell("n=$(($(cat counter) + 1))", "l01-count.sh", ARGS),
                new Victim.Shell("flock 9; the same", "l01-count-locked.sh", ARGS)),
            new Pair(
                "Java",
                new Victim.Java("Files.readString, Files.writeString", "Count", ARGS),
                new Victim.Java("Locks.of(lock).acquire(10 s), the same", "CountAlone", ARGS))));
  }
}
