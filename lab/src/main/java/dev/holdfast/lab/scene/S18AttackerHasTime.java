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
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.lab.stage.Workshop;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The programs of S01 without a tracer: an attacker who knows nothing of their moments, and tries.
 * Where there is a window it needs patience only, and a long way through directories makes the
 * window wide; where there is none, no number of tries helps.
 */
public final class S18AttackerHasTime implements Play {
  private static final int TRIES = 1000;
  private static final int AT_A_TIME = 50;

  /** Each step is looked up between the check and the use; the path has to be below 4096 bytes. */
  private static final String MAZE = "a/../".repeat(700);

  public static final String FILE = MAZE + "report";
  private static final String SECRET = "the secret of root's\n";

  private S18AttackerHasTime() {}

  public static Play play() {
    return new S18AttackerHasTime();
  }

  @Override
  public Scene scene() {
    return new Scene(
        Row.S18,
        List.of(Row.S01, Row.F01, Row.F18),
        "root writes to a file in a directory of the user's own, who tries and tries");
  }

  @Override
  public List<VariantResult> perform(Workshop workshop, Progress progress) {
    List<String> args = List.of(Stages.attackerUid(), FILE, "done");
    String tries = Integer.toString(AT_A_TIME);
    List<Pair> pairs =
        List.of(
            new Pair(
                "C",
                often(new Victim.C("stat, check, fopen", "s01-stat-then-fopen.c", args)),
                often(new Victim.C("open, fstat, check, fdopen", "s01-open-then-fstat.c", args))),
            new Pair(
                "Java",
                new Victim.Java(
                    "Files.readAttributes, check, Files.newOutputStream",
                    "files.Again",
                    with(List.of(tries, "CheckThenWrite"), args)),
                new Victim.Java(
                    "OpenFile.open(file, Opening.write().ownedBy(uid).singleLink())",
                    "files.Again",
                    with(List.of(tries, "OpenThenCheck"), args))));
    return Pairs.perform(scene(), pairs, whyNot(), S18AttackerHasTime::attack, workshop, progress);
  }

  private static @Nullable String whyNot() {
    return Prover.whyNot() == null && Stages.secondIdentity()
        ? null
        : "the intruder must be another user than the program here: run it as root";
  }

  public static Victim often(Victim victim) {
    String line =
        "i=0; while [ $i -lt "
            + AT_A_TIME
            + " ]; do i=$((i + 1)); \"$@\" > /dev/null 2>&1 && echo written; done; :";
    return new Victim.Prepared(line, victim);
  }

  private static List<String> with(List<String> first, List<String> rest) {
    List<String> all = new ArrayList<>(first);
    all.addAll(rest);
    return all;
  }

  static Performance attack(Victim victim, boolean mustLose, Workshop workshop, Progress progress)
      throws IOException, SkipScene {
    List<String> command = victim.command(workshop);
    Path attacker = workshop.program("s18-exchange.c");
    Path place = workshop.room();
    Path arena = arena(place);
    Path secret = place.resolve("secret");
    String said = Actor.run(command, arena);
    if (said.lines().count() != AT_A_TIME) {
      return victim.failed("undisturbed, it did not do its work: " + said, 1);
    }
    List<String> exchange = List.of(attacker.toString(), "report", "trap", Stages.attackerUid());
    int tries = 0;
    long written = 0;
    try (Actor attack = Actor.start(exchange, arena)) {
      attack.mustSay("exchanging");
      while (tries < TRIES && Files.readString(secret).equals(SECRET)) {
        progress.step("try", tries, TRIES);
        written += Actor.run(command, arena).lines().count();
        tries += AT_A_TIME;
      }
      if (!attack.isAlive()) {
        return victim.failed("the attacker gave up", tries);
      }
    }
    boolean lost = !Files.readString(secret).equals(SECRET);
    String evidence =
        lost
            ? "root's file was overwritten within %d tries".formatted(tries)
            : "%d tries, root's file was never touched; the user's own was written %d times"
                .formatted(tries, written);
    // Without a single success, or with nothing but successes, nobody was in the way.
    boolean disturbed = lost || (written > 0 && written < tries);
    Outcome outcome =
        lost ? Outcome.LOST : disturbed && !mustLose ? Outcome.HELD : Outcome.UNDECIDED;
    return new Performance(victim.program(), victim.source(), outcome, List.of(evidence), 1, tries);
  }

  /** The user's directory, with the report and a link to what is root's. */
  private static Path arena(Path place) throws IOException {
    Files.writeString(place.resolve("secret"), SECRET);
    Files.setPosixFilePermissions(
        place.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
    Path arena = Files.createDirectory(place.resolve("arena"));
    Path maze = Files.createDirectory(arena.resolve("a"));
    Path report = Files.writeString(arena.resolve("report"), "draft\n");
    Files.createSymbolicLink(arena.resolve("trap"), Path.of("../secret"));
    for (Path theirs : List.of(arena, maze, report)) {
      Files.setAttribute(theirs, "unix:uid", Integer.parseUnsignedInt(Stages.attackerUid()));
    }
    return arena;
  }
}
