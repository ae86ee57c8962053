package dev.holdfast.lab.victim;

import dev.holdfast.lab.victim.files.WhileTaken;
import dev.holdfast.lab.victim.locks.Count;
import dev.holdfast.lab.victim.locks.CountAlone;
import dev.holdfast.lab.victim.locks.OnlyInstance;
import dev.holdfast.lab.victim.locks.RecoverLock;
import dev.holdfast.lab.victim.locks.WorkWithLockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Does once what the victims in Java do, so that the JVM has it in its cache: {@code Rehearse
 * DIRECTORY}.
 */
public final class Rehearse {
  private Rehearse() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Path.of(args[0]);
    Files.writeString(directory.resolve("counter"), "0\n");
    Count.main(args);
    CountAlone.main(args);
    RecoverLock.main(args);
    OnlyInstance.main(args);
    WorkWithLockFile.main(args);
    WhileTaken.main(args);
  }
}
