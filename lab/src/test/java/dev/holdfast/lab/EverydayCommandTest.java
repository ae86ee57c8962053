package dev.holdfast.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands that root runs every day, in a directory that is somebody else's. */
class EverydayCommandTest {
  private static final String SOURCE =
      "mkdir -p /src/tree/d/e && echo one > /src/tree/a && echo two > /src/tree/d/b"
          + " && echo three > /src/tree/d/e/c";
  private static final String TREE =
      "mkdir -p /arena/dir/d/e && echo one > /arena/dir/a.txt && echo two > /arena/dir/d/b.txt"
          + " && echo three > /arena/dir/d/e/c.txt && chown -R --reference=/arena /arena/dir";
  private static final String FILE =
      "echo one > /arena/file && chown --reference=/arena /arena/file";
  private static final String PATCH =
      FILE + " && printf -- '--- file\\n+++ file\\n@@ -1 +1 @@\\n-one\\n+uno\\n' > /src/patch";

  /**
   * @param program what must be there
   * @param gains any of these must be gained by a race
   */
  record Command(String program, String setup, String line, Set<Effect> gains) {
    @Override
    public String toString() {
      return line;
    }
  }

  @BeforeAll
  static void requirements() {
    Requirements.twoIdentities();
  }

  static Stream<Command> raced() {
    return Stream.of(
        new Command("cp", SOURCE, "cp -r /src/tree /arena/", Set.of(Effect.CREATE)),
        new Command("cp", SOURCE, "cp -a /src/tree /arena/", Set.of(Effect.META)),
        new Command(
            "tar",
            SOURCE + " && tar -C /src -cf /src/tree.tar tree",
            "tar -xf /src/tree.tar -C /arena",
            Set.of(Effect.CREATE, Effect.META)),
        new Command("chmod", TREE, "chmod -R a+rX /arena/dir", Set.of(Effect.META)),
        new Command(
            "find", TREE, "find /arena/dir -name '*.txt' -exec rm {} +", Set.of(Effect.DELETE)),
        new Command(
            "find", TREE, "find /arena/dir -type f | xargs chown daemon", Set.of(Effect.META)),
        new Command("install", SOURCE, "install -m 644 /src/tree/a /arena/a", Set.of(Effect.META)),
        new Command("patch", PATCH, "cd /arena && patch -s < /src/patch", Set.of(Effect.META)),
        new Command("bzip2", FILE, "bzip2 /arena/file", Set.of(Effect.META, Effect.LEAK)),
        // /dev/shm is a file system of its own in every world.
        new Command(
            "mv",
            SOURCE,
            "cp -r /src/tree /dev/shm/ && mv /dev/shm/tree /arena/",
            Set.of(Effect.CREATE, Effect.META)));
  }

  static Stream<Command> safe() {
    return Stream.of(
        new Command("rm", TREE, "rm -rf /arena/dir", Set.of()),
        new Command("chown", TREE, "chown -R root /arena/dir", Set.of()),
        new Command("gzip", FILE, "gzip /arena/file", Set.of()),
        new Command("xz", FILE, "xz /arena/file", Set.of()),
        new Command("find", TREE, "find /arena/dir -delete", Set.of()));
  }

  /** No race is needed, and no more than the mode of the secret decides. */
  static Stream<Command> followed() {
    return Stream.of(
        new Command("sed", FILE, "sed -i s/one/uno/ /arena/file", Set.of(Effect.LEAK)),
        new Command(
            "cp", FILE + " && chmod 755 /src", "cp /arena/file /src/", Set.of(Effect.LEAK)));
  }

  static Stream<Command> repeated() {
    return Stream.of(raced(), safe(), followed()).flatMap(s -> s);
  }

  @ParameterizedTest
  @MethodSource("raced")
  void raceIsProved(Command command) throws Exception {
    Requirements.program(command.program());
    Proof proof = prove(command);
    List<WindowResult> races =
        proof.windows().stream()
            .filter(w -> w.race() && w.effects().stream().anyMatch(command.gains()::contains))
            .toList();
    assertFalse(races.isEmpty(), () -> describe(proof));
    for (WindowResult race : races) {
      assertTrue(
          race.evidence().stream().anyMatch(e -> e.startsWith("control:")), () -> describe(proof));
    }
    assertEquals(0, proof.undecided(), () -> describe(proof));
  }

  @ParameterizedTest
  @MethodSource("followed")
  void whatOnlyItsDirectoryProtectsIsGivenAway(Command command) throws Exception {
    Requirements.program(command.program());
    Proof proof = prove(command);
    assertTrue(
        proof.windows().stream()
            .anyMatch(w -> w.plainFollow() && w.effects().equals(command.gains())),
        () -> describe(proof));
    assertEquals(0, proof.undecided(), () -> describe(proof));
  }

  @ParameterizedTest
  @MethodSource("safe")
  void nothingIsGained(Command command) throws Exception {
    Requirements.program(command.program());
    Proof proof = prove(command);
    assertEquals(0, proof.count(Verdict.EXPLOITED), () -> describe(proof));
    assertEquals(0, proof.undecided(), () -> describe(proof));
    assertTrue(
        proof.windows().size() + proof.prunedTotal() > 0, "there was nothing to attack here");
  }

  @ParameterizedTest
  @MethodSource("repeated")
  void secondRunTellsTheSame(Command command) throws Exception {
    Requirements.program(command.program());
    assertEquals(verdicts(prove(command)), verdicts(prove(command)));
  }

  private static Proof prove(Command command) throws ProveException {
    Proof proof =
        Prover.prove(
            Case.of(List.of("/bin/sh", "-c", command.line()))
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/arena"))
                .withFresh(Path.of("/src"))
                .withSetup(command.setup()),
            Progress.NONE);
    assertEquals(0, proof.exit(), () -> command + " fails: " + describe(proof));
    return proof;
  }

  /** What does not differ from run to run: names such as those of mkstemp do. */
  private static List<String> verdicts(Proof proof) {
    return proof.windows().stream()
        .map(
            w ->
                String.join(
                    " ",
                    w.window().id(),
                    w.window().hazard().name(),
                    w.window().use().call(),
                    w.window().strike().id(),
                    w.verdict().name(),
                    new java.util.TreeSet<>(w.effects()).toString(),
                    String.valueOf(w.label())))
        .toList();
  }

  private static String describe(Proof proof) {
    StringBuilder text = new StringBuilder();
    for (WindowResult w : proof.windows()) {
      text.append('\n').append(w);
    }
    return text.append("\npruned: ").append(proof.pruned()).toString();
  }
}
