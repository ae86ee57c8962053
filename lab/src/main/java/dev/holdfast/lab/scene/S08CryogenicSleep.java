package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.lab.stage.Actor;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Pairs;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.PrivateDirectory;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.lab.stage.Workshop;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program remembers its file, is put to sleep, and comes back to a name whose file is another one
 * with the same inode number.
 *
 * <p>The worlds of the prover lie on tmpfs, which gives no number twice; so this is played in a
 * private directory on a file system that does, by a process that waits where it would sleep.
 */
public final class S08CryogenicSleep implements Play {
  /** Others on this machine may be given the number first; then it is tried again. */
  private static final int TRIES = 10;

  private static final int HELD_TRIES = 3;
  private static final String NAME = "state";
  public static final List<String> ARGS = List.of(NAME);
  private static final List<Pair> PAIRS =
      List.of(
          new Pair(
              "C",
              new Victim.C("fstat, close, open, st_dev, st_ino", "s08-compare-inode.c", ARGS),
              new Victim.C("open, kept open", "s08-keep-open.c", ARGS)),
          new Pair(
              "Java",
              new Victim.Java("BasicFileAttributes.fileKey", "files.SameByFileKey", ARGS),
              new Victim.Java("FileIdentity.provesSame", "files.SameByIdentity", ARGS)));

  private S08CryogenicSleep() {}

  public static Play play() {
    return new S08CryogenicSleep();
  }

  @Override
  public Scene scene() {
    return new Scene(
        Row.S08,
        List.of(Row.F09),
        "a program comes back to its file; meanwhile it was removed, and another one made");
  }

  @Override
  public List<VariantResult> perform(Workshop workshop, Progress progress) {
    return Pairs.perform(scene(), PAIRS, null, S08CryogenicSleep::attack, workshop, progress);
  }

  static Performance attack(Victim victim, boolean mustLose, Workshop workshop, Progress progress)
      throws IOException, SkipScene {
    List<String> command = victim.command(workshop);
    Path recycle = workshop.script("s08-recycle.sh");
    try (PrivateDirectory place = recycling(recycle)) {
      String why = rehearse(command, place.path());
      if (why != null) {
        return victim.failed(why, 1);
      }
      int tries = mustLose ? TRIES : HELD_TRIES;
      int recycled = 0;
      String said = "";
      for (int i = 1; i <= tries; i++) {
        progress.step("try", i, tries);
        try (Actor program = Actor.start(command, place.path())) {
          program.mustSay("asleep");
          recycled += recycle(recycle, place.path()) ? 1 : 0;
          said = program.rest();
          if (said.contains("theirs")) {
            return result(
                victim,
                Outcome.LOST,
                "it took the other file for its own: the inode number is the same, by try " + i,
                i);
          }
          if (said.isEmpty()) {
            said = Files.readString(place.path().resolve(Actor.ERRORS));
          } else if (!said.contains("mine")) {
            return result(victim, Outcome.FAILED, "it said neither: " + said, i);
          }
          said = said.lines().findFirst().orElse("nothing");
        } finally {
          Files.deleteIfExists(place.path().resolve(NAME));
        }
      }
      return mustLose
          ? result(victim, Outcome.UNDECIDED, "no number was given twice in " + tries, tries)
          : result(
              victim,
              Outcome.HELD,
              "%d times asleep, the number recycled %d times; then: %s"
                  .formatted(tries, recycled, said),
              tries);
    }
  }

  private static Performance result(Victim victim, Outcome outcome, String evidence, int tries) {
    return new Performance(victim.program(), victim.source(), outcome, List.of(evidence), 1, tries);
  }

  /** Nobody touches the file: then it must be found to be its own. */
  private static @Nullable String rehearse(List<String> command, Path directory)
      throws IOException {
    try (Actor program = Actor.start(command, directory)) {
      String said = program.says();
      if (said.equals("asleep")) {
        said = program.rest();
      }
      return said.contains("mine")
          ? null
          : "undisturbed, it does not know its own file: " + said.strip();
    } finally {
      Files.deleteIfExists(directory.resolve(NAME));
    }
  }

  /**
   * Somebody removes the file and makes others, until one has its number; that one gets the name.
   */
  private static boolean recycle(Path script, Path directory) throws IOException {
    String said = Actor.run(List.of("/bin/sh", script.toString(), NAME), directory);
    return said.contains("recycled");
  }

  /** A private directory where that can come about at all. */
  private static PrivateDirectory recycling(Path script) throws IOException, SkipScene {
    for (String base : List.of("java.io.tmpdir", "/var/tmp", "user.home")) {
      Path parent = Path.of(base.startsWith("/") ? base : System.getProperty(base));
      if (!Files.isWritable(parent)) {
        continue;
      }
      PrivateDirectory place = new PrivateDirectory(parent);
      for (int i = 0; i < TRIES; i++) {
        Files.writeString(place.path().resolve(NAME), "mine\n");
        boolean again = recycle(script, place.path());
        Files.delete(place.path().resolve(NAME));
        if (again) {
          return place;
        }
      }
      place.close();
    }
    throw new SkipScene("no file system here that gives an inode number twice (ext4 does)");
  }
}
