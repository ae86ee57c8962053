package dev.holdfast.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lab.stage.Stages;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.testing.Leftovers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The textbook race in programs that behave oddly, and programs that are none. */
class OddVictimTest {
  private static final String FILE = "/arena/report";
  private static final String SETUP =
      "echo draft > " + FILE + " && chown --reference=/arena " + FILE;

  /** As timeout(1) has it. */
  private static final int KILLED_IN_TIME = 124;

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init")
  private Leftovers leftovers;

  @BeforeAll
  static void requirements() throws Exception {
    Requirements.twoIdentities();
    Requirements.compiler();
    try (var in = OddVictimTest.class.getResourceAsStream("/odd-victim.c")) {
      Files.copy(java.util.Objects.requireNonNull(in), directory.resolve("odd-victim.c"));
    }
    compile("odd-victim");
  }

  private static void compile(String name, String... options) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("cc", "-O1", "-pthread"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", directory.resolve(name).toString(), directory + "/odd-victim.c"));
    Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(compiler.waitFor(300, TimeUnit.SECONDS));
    assertEquals(0, compiler.exitValue(), output);
  }

  @BeforeEach
  void remember() throws IOException {
    leftovers = new Leftovers();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    leftovers.assertNone();
  }

  private Case of(String... argv) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put(Leftovers.MARK, leftovers.mark());
    return Case.of(List.of(argv))
        .withDirectory(Path.of("/"))
        .withEnvironment(environment)
        .withArena(Path.of("/arena"))
        .withSetup(SETUP);
  }

  private Case odd(String how) {
    return of(directory.resolve("odd-victim").toString(), how, Stages.attackerUid(), FILE);
  }

  /** Far more than one run takes that comes to its end, on this machine and with its load. */
  private Duration bounded() throws Exception {
    long start = System.nanoTime();
    Prover.prove(odd("plain"), Progress.NONE);
    Duration proof = Duration.ofNanos(System.nanoTime() - start);
    return proof.compareTo(Duration.ofSeconds(1)) > 0 ? proof : Duration.ofSeconds(1);
  }

  private static void assertRace(Proof proof) {
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.race() && w.effects().contains(Effect.WRITE)),
        () -> String.valueOf(proof));
  }

  @ParameterizedTest
  @CsvSource({
    "plain, 0",
    "crash, 139",
    "kill, 137",
    "close, 0",
    "fork, 0",
    "daemon, 0",
    "orphan, 0",
    "thread, 0",
    "exec, 0"
  })
  void raceIsProvedWhateverElseItDoes(String how, int exit) throws Exception {
    Proof proof = Prover.prove(odd(how), Progress.NONE);
    assertEquals(exit, proof.exit(), () -> String.valueOf(proof));
    assertRace(proof);
  }

  @Test
  void staticallyLinked() throws Exception {
    compile("odd-static", "-static");
    Proof proof =
        Prover.prove(
            of(directory.resolve("odd-static").toString(), "plain", Stages.attackerUid(), FILE),
            Progress.NONE);
    assertEquals(0, proof.exit());
    assertRace(proof);
  }

  @Test
  void setUidProgramStartedByItsUser() throws Exception {
    Case setUid =
        of("/suid/odd", "plain", Stages.attackerUid(), FILE)
            .withFresh(Path.of("/suid"))
            .withUser("daemon")
            .withSetup(SETUP, "install -m 4755 " + directory.resolve("odd-victim") + " /suid/odd");
    Proof proof = Prover.prove(setUid, Progress.NONE);
    assertEquals(0, proof.exit(), () -> String.valueOf(proof));
    assertRace(proof);
  }

  @Test
  void setUidProgramStartedByTheAttacker() throws Exception {
    Case setUid =
        of("/suid/odd", "plain", Stages.attackerUid(), FILE)
            .withFresh(Path.of("/suid"))
            .withUser(Stages.ATTACKER)
            .withSetup(SETUP, "install -m 4755 " + directory.resolve("odd-victim") + " /suid/odd");
    Proof proof = Prover.prove(setUid, Progress.NONE);
    assertEquals(0, proof.exit(), () -> String.valueOf(proof));
    assertRace(proof);
  }

  @Test
  void withoutItsBitItHasNothingToLose() throws Exception {
    Case plain =
        of("/suid/odd", "plain", Stages.attackerUid(), FILE)
            .withFresh(Path.of("/suid"))
            .withUser(Stages.ATTACKER)
            .withSetup(SETUP, "install -m 755 " + directory.resolve("odd-victim") + " /suid/odd");
    Proof proof = Prover.prove(plain, Progress.NONE);
    assertEquals(0, proof.exit(), () -> String.valueOf(proof));
    assertEquals(0, proof.count(Verdict.EXPLOITED), () -> String.valueOf(proof));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hang", "spin", "stop"})
  void programThatNeverEndsIsStopped(String how) throws Exception {
    Proof proof = Prover.prove(odd(how).withTimeout(bounded()), Progress.NONE);
    assertFalse(proof.complete(), () -> String.valueOf(proof));
    assertEquals(KILLED_IN_TIME, proof.exit(), () -> String.valueOf(proof));
    assertRace(proof);
  }

  /** It hangs in the very call that an attacker can lead to what he may not read. */
  @Test
  void fifoWithNobodyAtTheOtherEnd() throws Exception {
    Case waiting =
        of("/bin/cat", "/arena/fifo").withSetup("mkfifo /arena/fifo").withTimeout(bounded());
    Proof proof = Prover.prove(waiting, Progress.NONE);
    assertFalse(proof.complete(), () -> String.valueOf(proof));
    assertEquals(KILLED_IN_TIME, proof.exit(), () -> String.valueOf(proof));
    assertEquals(0, proof.count(Verdict.EXPLOITED), () -> String.valueOf(proof));
    assertTrue(proof.count(Verdict.REACHED) > 0, () -> String.valueOf(proof));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/no/such/program", "no-such-program-anywhere", "./no-such", "/arena/report", "/"})
  void whatCannotBeStartedIsNamed(String program) {
    ProveException e =
        assertThrows(
            ProveException.class, () -> Prover.prove(of(program, "argument"), Progress.NONE));
    assertTrue(
        String.valueOf(e.getMessage()).contains(program), () -> "not clear: " + e.getMessage());
  }

  @Test
  void setupThatFailsIsNamed() {
    ProveException e =
        assertThrows(
            ProveException.class,
            () -> Prover.prove(of("/bin/true").withSetup("exit 7"), Progress.NONE));
    assertTrue(
        String.valueOf(e.getMessage()).contains("exit 7"), () -> "not clear: " + e.getMessage());
  }
}
