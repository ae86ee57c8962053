package dev.holdfast.lab.proof;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.lab.Requirements;
import dev.holdfast.lab.victim.VictimJvm;
import dev.holdfast.libc.Errno;
import dev.holdfast.path.FileName;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every public operation of the files module under the prover: attacked at each window, and killed
 * at each system call that changes something. The JDK's way of each is the negative control.
 *
 * <p>With {@code -Dholdfast.proof=whole} both ways to resolve a path are killed (see {@code
 * bench/self-proof.sh}); else one.
 */
class FilesSelfProofTest {
  private static final boolean WHOLE = "whole".equals(System.getProperty("holdfast.proof"));

  /** Together in one process; each works in its own directory. */
  private static final int TOGETHER = 6;

  /** A JVM under a tracer, on a machine that does other things as well, takes its time. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @SuppressWarnings("NullAway.Init")
  private static VictimJvm jvm;

  @BeforeAll
  static void start(@TempDir Path training) throws Exception {
    Requirements.twoIdentities();
    // Those two go by the environment, which here is this machine's.
    List<Operation> all =
        FilesVictim.operations().stream()
            .filter(o -> o != TempOperation.STANDARD && o != TempOperation.PRIVATE)
            .toList();
    List<String> args = new ArrayList<>(List.of("WALK", training.toString()));
    for (Operation operation : all) {
      args.add(Files.createDirectory(training.resolve(operation.place())).getFileName().toString());
    }
    String setup = Places.setup(training.toString(), all);
    assertEquals(0, new ProcessBuilder("/bin/sh", "-c", setup).inheritIO().start().waitFor());
    jvm =
        new VictimJvm(
            FilesVictim.class,
            List.of(Directory.class, Row.class, FileName.class, Errno.class),
            args);
  }

  /** Windows, trials and break-ins of one way, under one intruder. */
  private static final Map<String, long[]> TOTALS = new TreeMap<>();

  @AfterAll
  static void end() throws Exception {
    TOTALS.forEach(
        (what, n) ->
            System.out.printf(
                "files, %s: %d windows, %d trials, %d exploited, %d closed%n",
                what, n[0], n[1], n[2], n[3]));
    if (jvm != null) {
      jvm.close();
    }
  }

  static Stream<Arguments> attacks() {
    return cases(o -> true, List.of("OPENAT2", "WALK"));
  }

  static Stream<Arguments> kills() {
    // Between two calls both leave the same; to walk makes more of them.
    return cases(o -> true, WHOLE ? List.of("OPENAT2", "WALK") : List.of("WALK"));
  }

  static Stream<Arguments> attacksOnTheUsualWay() {
    return cases(o -> o.loses().toAttacker, List.of(FilesVictim.JDK));
  }

  static Stream<Arguments> killsOfTheUsualWay() {
    return cases(o -> o.loses().toKill, List.of(FilesVictim.JDK));
  }

  private interface Choice {
    boolean takes(Operation operation);
  }

  private static Stream<Arguments> cases(Choice choice, List<String> ways) {
    List<Operation> all = FilesVictim.operations().stream().filter(choice::takes).toList();
    List<Arguments> cases = new ArrayList<>();
    for (String way : ways) {
      for (int i = 0; i < all.size(); i += TOGETHER) {
        cases.add(Arguments.of(way, all.subList(i, Math.min(all.size(), i + TOGETHER))));
      }
    }
    return cases.stream();
  }

  private static Proof prove(
      String way, List<Operation> operations, Intruder intruder, Predicate<WindowResult> enough)
      throws Exception {
    List<String> args = new ArrayList<>(List.of(way, FilesVictim.BASE));
    operations.forEach(o -> args.add(o.place()));
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("TMPDIR", FilesVictim.BASE + "/" + TempOperation.STANDARD.place());
    environment.put("XDG_RUNTIME_DIR", FilesVictim.BASE + "/" + TempOperation.PRIVATE.place());
    Case what =
        Case.of(jvm.command(args))
            .withDirectory(Path.of("/"))
            .withTimeout(TIMEOUT)
            .withEnvironment(environment)
            .withArena(
                operations.stream()
                    .map(o -> Path.of(FilesVictim.BASE, o.place()))
                    .toArray(Path[]::new))
            .withSetup(setup(way, operations))
            .withIntruders(intruder);
    return Prover.proveUntil(
        intruder == Intruder.KILL ? what.withChecks(Places.check(operations)) : what,
        enough,
        Progress.NONE);
  }

  /** The usual way has no such rule, and loses in a directory of the attacker's own. */
  private static String setup(String way, List<Operation> operations) {
    String usual = Places.setup(operations);
    return way.equals(FilesVictim.JDK) ? usual : usual + Places.shared(operations);
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void nothingIsGained(String way, List<Operation> operations) throws Exception {
    Proof proof = prove(way, operations, Intruder.ATTACKER, _ -> false);
    tell("attacked", way, operations, proof);
    mustHold(proof);
    assertTrue(!proof.windows().isEmpty(), () -> "not attacked: " + proof);
  }

  @ParameterizedTest
  @MethodSource("kills")
  void nothingIsTornOrLeft(String way, List<Operation> operations) throws Exception {
    Proof proof = prove(way, operations, Intruder.KILL, _ -> false);
    tell("killed", way, operations, proof);
    mustHold(proof);
    assertTrue(proof.windows().size() > operations.size(), () -> "hardly killed: " + proof);
  }

  private static void mustHold(Proof proof) {
    assertAll(
        () -> assertEquals(0, proof.exit(), () -> "undisturbed, it failed: " + proof.notes()),
        () -> assertEquals(List.of(), verdicts(proof, Verdict.EXPLOITED)),
        () -> assertEquals(List.of(), hanging(proof)),
        () -> assertEquals(List.of(), undecided(proof)));
  }

  @ParameterizedTest
  @MethodSource("attacksOnTheUsualWay")
  void theUsualWayLoses(String way, List<Operation> operations) throws Exception {
    Proof proof = prove(way, operations, Intruder.ATTACKER, eachLost(operations));
    tell("attacked", way, operations, proof);
    eachLoses(proof, operations);
  }

  @ParameterizedTest
  @MethodSource("killsOfTheUsualWay")
  void theUsualWayTears(String way, List<Operation> operations) throws Exception {
    Proof proof = prove(way, operations, Intruder.KILL, eachLost(operations));
    tell("killed", way, operations, proof);
    eachLoses(proof, operations);
  }

  private static void eachLoses(Proof proof, List<Operation> operations) {
    List<String> held =
        operations.stream()
            .map(o -> FilesVictim.BASE + "/" + o.place())
            .filter(place -> proof.windows().stream().noneMatch(w -> lost(w, place)))
            .toList();
    assertEquals(List.of(), held, () -> "these hold, so that the attack proves nothing: " + proof);
  }

  /** Once each operation has lost, no more of them is needed. */
  private static Predicate<WindowResult> eachLost(List<Operation> operations) {
    Set<String> open = new HashSet<>();
    operations.forEach(o -> open.add(FilesVictim.BASE + "/" + o.place()));
    return result -> {
      open.removeIf(place -> lost(result, place));
      return open.isEmpty();
    };
  }

  private static boolean lost(WindowResult result, String place) {
    String path = result.window().use().path();
    return result.verdict() == Verdict.EXPLOITED
        && (path.startsWith(place + "/") || path.equals(place));
  }

  /** That our operation sees what the attacker put into his own directory is no gain of his. */
  private static List<WindowResult> hanging(Proof proof) {
    return verdicts(proof, Verdict.REACHED).stream()
        .filter(w -> w.evidence().stream().anyMatch(e -> e.contains("for ever")))
        .toList();
  }

  private static List<WindowResult> verdicts(Proof proof, Verdict verdict) {
    return proof.windows().stream().filter(w -> w.verdict() == verdict).toList();
  }

  /** What a setting of this machine stops is decided. */
  private static List<WindowResult> undecided(Proof proof) {
    return proof.windows().stream()
        .filter(w -> w.verdict().undecided() && w.blockedBy().isEmpty())
        .toList();
  }

  private static void tell(String how, String way, List<Operation> operations, Proof proof) {
    long[] numbers = {
      proof.windows().size(), proof.trials(), proof.count(Verdict.EXPLOITED), proof.prunedTotal()
    };
    long[] total = TOTALS.computeIfAbsent(way + " " + how, _ -> new long[numbers.length]);
    Arrays.setAll(total, i -> total[i] + numbers[i]);
    System.out.printf(
        "%s by %s, %s: %d windows, %d trials, %d exploited, %d closed%n",
        operations.stream().map(Operation::place).toList(),
        way,
        how,
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3]);
  }
}
