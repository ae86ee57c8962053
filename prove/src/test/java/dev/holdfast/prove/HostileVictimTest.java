package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.testing.Leftovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that do not want to be followed: the right verdict or one clear error, in time. */
class HostileVictimTest {
  private static final String FILE = "/arena/report";
  private static final String SETUP = "echo draft > " + FILE + " && chown nobody " + FILE;

  /** A bound for what would otherwise hang the build; no test is about time. */
  private static final Duration FOR_EVER = Duration.ofMinutes(4);

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init")
  private static Path victim;

  @SuppressWarnings("NullAway.Init")
  private Leftovers leftovers;

  @BeforeAll
  static void requirements() throws Exception {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
    victim = TestHost.compile(directory, "hostile-victim.c");
  }

  @BeforeEach
  void remember() throws IOException {
    leftovers = new Leftovers();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    leftovers.assertNone();
  }

  private Case hostile(String how, String... more) {
    List<String> argv = new ArrayList<>(List.of(victim.toString(), how, TestHost.ATTACKER, FILE));
    argv.addAll(List.of(more));
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put(Leftovers.MARK, leftovers.mark());
    return Case.of(argv)
        .withDirectory(Path.of("/"))
        .withEnvironment(environment)
        .withArena(Path.of("/arena"))
        .withSetup(SETUP)
        .withTimeout(Duration.ofSeconds(30));
  }

  private static Proof prove(Case what) {
    return assertTimeoutPreemptively(FOR_EVER, () -> Prover.prove(what, Progress.NONE));
  }

  private static void assertRace(Proof proof) {
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.race() && w.effects().contains(Effect.WRITE)),
        () -> String.valueOf(proof));
  }

  @ParameterizedTest
  @CsvSource({
    "vfork-storm, 0",
    "clone-parent, 0",
    "clone-untraced, 0",
    "clone3-untraced, 0",
    "traceme, 0",
    "stop-and-continue, 0",
    "kill-group, 137",
    "kill-everybody, 0",
    "terminate-group, 0",
    "kill-init, 0",
    "kill-parent, 0",
    "exec-in-thread, 0",
    "exec-after-leader, 0",
    "many-threads, 0",
    "exit-races, 0",
    "own-filter, 0",
    "look-around, 0",
    "unmount, 0",
    "bad-pointers, 0",
    "no-output-left, 0",
    "remove-devices, 0"
  })
  void raceIsProvedAndTheCheckStillRuns(String how, int exit) {
    // The check is a second program in the same world: what the victim did there must not matter.
    Proof proof = prove(hostile(how).withChecks("test -e /arena"));
    assertEquals(exit, proof.exit(), () -> String.valueOf(proof));
    assertRace(proof);
  }

  @Test
  void victimThatLosesItsOwnFilesIsNoRace() {
    Proof proof = prove(hostile("refusing-filter"));
    assertEquals(1, proof.exit());
    assertEquals(0, proof.races(), () -> String.valueOf(proof));
  }

  @Test
  void rootOfTheWorldCannotBeLeft() {
    Path proofOfEscape = Path.of("/holdfast-was-here-" + leftovers.mark());
    Proof proof = prove(hostile("break-out", proofOfEscape.toString()));
    assertEquals(0, proof.exit(), () -> String.valueOf(proof));
    assertFalse(Files.exists(proofOfEscape), "the victim wrote to the host");
    assertRace(proof);
  }

  @Test
  void stoppedForEverIsEndedByTheTimeLimit() {
    Proof proof = prove(hostile("stop").withTimeout(Duration.ofSeconds(1)));
    assertEquals(124, proof.exit());
    assertTrue(
        proof.notes().stream().anyMatch(n -> n.contains("did not end within 1000 ms")),
        () -> String.valueOf(proof));
  }

  @Test
  void whatNeverEndsCannotBeChecked() {
    ProveException e =
        assertThrows(
            ProveException.class,
            () ->
                Prover.prove(
                    hostile("stop").withTimeout(Duration.ofSeconds(1)).withChecks("true"),
                    Progress.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("does not end in time"), e::toString);
  }

  @Test
  void foreignCallsAreNamed() throws Exception {
    TestHost.assumeX86();
    // Where the kernel has no i386 calls, the instruction itself is a fault.
    Process alone = new ProcessBuilder(victim.toString(), "int80", TestHost.ATTACKER, FILE).start();
    Assumptions.assumeTrue(alone.waitFor() == 0, "needs a kernel with i386 calls (int 0x80)");
    assertForeign("int80");
  }

  /** These need no support of the kernel's: the filter sees the number before it does. */
  @Test
  void callsOfX32AreNamed() {
    TestHost.assumeX86();
    assertForeign("x32");
  }

  private void assertForeign(String how) {
    ProveException e =
        assertThrows(ProveException.class, () -> Prover.prove(hostile(how), Progress.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("32-bit"), e::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"output-flood", "disk-flood", "shm-flood", "dev-flood", "many-files"})
  void floodMeetsAFullDiskOrTheTimeLimit(String how) {
    Proof proof = prove(hostile(how).withTimeout(Duration.ofSeconds(1)).withMaxTrials(1));
    assertTrue(proof.exit() == 0 || proof.exit() == 124, () -> String.valueOf(proof));
    assertEquals(0, proof.races(), () -> String.valueOf(proof));
  }

  @Test
  void deeperThanANameCanSay() {
    Proof proof = prove(hostile("deep").withMaxTrials(1));
    assertEquals(0, proof.exit(), () -> String.valueOf(proof));
  }

  @Test
  void deepTreeOfTheSetUp() {
    String deep =
        "cd /arena && i=0; while [ $i -lt 1500 ]; do mkdir d && cd -P d; i=$((i+1)); done";
    Proof proof = prove(hostile("plain").withSetup(SETUP, deep).withMaxTrials(4));
    assertEquals(0, proof.exit(), () -> String.valueOf(proof));
    assertRace(proof);
  }

  @Test
  void longArgumentsAreTriedInEveryDirectoryOfThePath() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PATH", "/none/1:/none/2:/none/3:/none/4:/none/5:/none/6:/usr/bin:/bin");
    environment.put("LONG", "x".repeat(100_000));
    List<String> argv = new ArrayList<>(List.of("true"));
    for (int i = 0; i < 10; i++) {
      argv.add("y".repeat(100_000));
    }
    Proof proof = prove(Case.of(argv).withDirectory(Path.of("/")).withEnvironment(environment));
    assertEquals(0, proof.exit(), () -> proof.notes().toString());
  }

  @Test
  void tooLongArgumentsAreNamed() {
    List<String> argv = new ArrayList<>(List.of("/bin/true"));
    for (int i = 0; i < 100; i++) {
      argv.add("y".repeat(100_000));
    }
    ProveException e =
        assertThrows(ProveException.class, () -> Prover.prove(Case.of(argv), Progress.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("E2BIG"), e::toString);
  }

  @Test
  void namesThatAreNoText() {
    String strange = "$(printf '/arena/a\\nb\\377\\001')";
    Case what =
        Case.of(List.of("/bin/sh", "-c", "f=" + strange + "x; [ -f \"$f\" ]; : > \"$f\""))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withSetup("f=" + strange + "x; : > \"$f\"; chown nobody \"$f\"");
    Proof proof = prove(what);
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.WRITE)),
        () -> String.valueOf(proof));
    assertFalse(
        proof.windows().stream().anyMatch(w -> w.window().entry().contains("\n")),
        () -> String.valueOf(proof));
  }

  @Test
  void directoryOfThousandsIsMirrored() {
    Case what =
        Case.of(List.of("/bin/chmod", "-R", "a+r", "/arena/big"))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withSetup(
                "mkdir /arena/big && cd /arena/big && seq 5000 | xargs touch"
                    + " && chown -R nobody /arena/big")
            .withMaxTrials(1);
    Proof proof = prove(what);
    assertEquals(0, proof.exit());
    assertEquals(0, proof.undecided(), () -> proof.windows().toString());
  }

  @Test
  void setUpMayLeaveTasksBehind() {
    Proof proof =
        prove(hostile("plain").withSetup(SETUP, "(trap '' TERM HUP; setsid sleep 1000) & exit 0"));
    assertRace(proof);
  }

  @Test
  void missingStartDirectoryIsNamed() {
    ProveException e =
        assertThrows(
            ProveException.class,
            () ->
                Prover.prove(
                    hostile("plain").withDirectory(Path.of("/no/such/place")), Progress.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("/no/such/place"), e::toString);
  }

  @Test
  void arenaByALink() throws Exception {
    assertTrue(directory.toFile().setExecutable(true, false), "for the attacker to come by");
    Path real = Files.createDirectory(directory.resolve("real-" + leftovers.mark()));
    Path link = Files.createSymbolicLink(directory.resolve("link-" + leftovers.mark()), real);
    Files.writeString(real.resolve("of-the-host"), "untouched");
    Proof proof =
        prove(
            Case.of(
                    List.of(
                        "/bin/sh", "-c", "[ ! -e " + link + "/of-the-host ] && : > " + link + "/f"))
                .withDirectory(Path.of("/"))
                .withArena(link));
    assertEquals(0, proof.exit(), () -> proof.notes().toString());
    assertTrue(proof.windows().size() > 0, () -> String.valueOf(proof));
    assertEquals("untouched", Files.readString(real.resolve("of-the-host")));
    assertFalse(Files.exists(real.resolve("f")));
  }

  @Test
  void whatTheSetUpPutsIntoSharedMemoryIsThere() {
    Proof proof =
        prove(
            Case.of(List.of("/bin/sh", "-c", "[ -s /dev/shm/f ] && cat /dev/shm/f > /dev/shm/g"))
                .withDirectory(Path.of("/"))
                .withSetup("echo text > /dev/shm/f && chown nobody /dev/shm/f"));
    assertEquals(0, proof.exit(), () -> proof.notes().toString());
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.window().directory().equals("/dev/shm")),
        () -> String.valueOf(proof));
  }
}
