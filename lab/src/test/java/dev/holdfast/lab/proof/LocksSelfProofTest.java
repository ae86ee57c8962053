package dev.holdfast.lab.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.lab.Requirements;
import dev.holdfast.lab.victim.VictimJvm;
import dev.holdfast.libc.Errno;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Locks;
import dev.holdfast.path.FileName;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our own locks under our own prover: attacked before each use of a name, killed before each call
 * that changes something, and met there by a second holder. The usual ways lose in the same
 * harness.
 *
 * <p>With {@code -Dholdfast.proof=whole} every operation meets every intruder (see {@code
 * bench/self-proof.sh}); else only the attacker comes to all.
 */
class LocksSelfProofTest {
  private static final boolean WHOLE = "whole".equals(System.getProperty("holdfast.proof"));

  /** The attacker's own directory: he may change every name in it, at any time. */
  private static final Path ARENA = Path.of("/srv/arena");

  /** Root's: what happened is written there. */
  private static final String WITNESS = "/srv/witness";

  private static final String LOG = WITNESS + "/log";

  @SuppressWarnings("NullAway.Init")
  private static VictimJvm jvm;

  private static int windows;
  private static int trials;

  /**
   * @param earlier what was done in the same directory before; empty for nothing
   * @param clock whether a lock looks at its name again, which else goes by the time that passes
   */
  record Subject(String operation, Kind kind, String earlier, String clock) {
    Subject(String operation, Kind kind, String earlier) {
      this(operation, kind, earlier, LockVictim.SLOW);
    }

    @Override
    public String toString() {
      String quick = clock.equals(LockVictim.QUICK) ? ", quick" : "";
      return (earlier.isEmpty() ? "" : earlier + ", then ") + operation + " " + kind + quick;
    }
  }

  @BeforeAll
  static void start(@TempDir Path training) throws Exception {
    Requirements.twoIdentities();
    jvm =
        new VictimJvm(
            LockVictim.class,
            List.of(Locks.class, FileName.class, Errno.class),
            List.of(LockVictim.TRAIN, training.toString()));
  }

  @AfterAll
  static void tell() throws Exception {
    System.out.println("self-proof of locks: " + windows + " windows, " + trials + " trials");
    if (jvm != null) {
      jvm.close();
    }
  }

  static Stream<Subject> subjects() {
    List<Subject> all = new ArrayList<>();
    // Those past one machine have servers instead of files.
    String local = Kind.class.getPackageName();
    Kinds.all().stream()
        .filter(kind -> kind.getClass().getPackageName().startsWith(local))
        .forEach(kind -> all.add(new Subject(LockVictim.USE, kind, "")));
    Stream.of(Kinds.FILE, Kinds.MAIL, Kinds.DEVICE, Kinds.PID_FILE, Kinds.MEMORY)
        .forEach(kind -> all.add(new Subject(LockVictim.USE, kind, LockVictim.LEAVE)));
    all.add(new Subject(LockVictim.BREAK, Kinds.FILE, LockVictim.LEAVE));
    all.add(new Subject(LockVictim.SET, Kinds.OFD, ""));
    all.add(new Subject(LockVictim.SET, Kinds.OFD, "", LockVictim.QUICK));
    return all.stream();
  }

  /** Also where the lock file, and what stays beside it, is there from an earlier use. */
  static Stream<Subject> attacked() {
    return Stream.concat(
        subjects(),
        Stream.of(Kinds.OFD, Kinds.POSIX, Kinds.FLOCK, Kinds.DEVICE, Kinds.MEMORY)
            .map(kind -> new Subject(LockVictim.USE, kind, LockVictim.USE)));
  }

  static Stream<Subject> killed() {
    // One of each way to be held: the others leave nothing else behind when they are killed.
    Set<Kind> ways = Set.of(Kinds.OFD, Kinds.FILE, Kinds.PID_FILE, Kinds.MAIL, Kinds.MEMORY);
    return WHOLE
        ? subjects()
        : subjects()
            .filter(s -> ways.contains(s.kind()))
            .filter(s -> s.earlier().isEmpty() || !s.kind().equals(Kinds.MAIL));
  }

  static Stream<Subject> metByASecond() {
    return WHOLE
        ? subjects()
        : Stream.of(new Subject(LockVictim.USE, Kinds.FILE, LockVictim.LEAVE));
  }

  private static Case stage(List<String> victim) {
    return Case.of(victim)
        .withDirectory(Path.of("/"))
        .withArena(ARENA)
        .withSetup("mkdir " + WITNESS)
        .withTimeout(Duration.ofSeconds(60));
  }

  private static List<String> command(String operation, Subject subject, String log) {
    return jvm.command(
        List.of(operation, subject.kind().word(), ARENA.toString(), log, subject.clock()));
  }

  private static Case subject(Subject subject) {
    List<String> setup = new ArrayList<>(List.of("mkdir " + WITNESS));
    if (subject.kind().equals(Kinds.DEVICE)) {
      setup.add("touch " + ARENA + "/device");
    }
    if (!subject.earlier().isEmpty()) {
      setup.add(String.join(" ", command(subject.earlier(), subject, WITNESS + "/earlier")));
    }
    return stage(command(subject.operation(), subject, LOG))
        .withSetup(setup.toArray(String[]::new));
  }

  private static String check(String operation, Kind kind) {
    return String.join(
        " ", jvm.command(List.of(LockJudge.WORD, operation, kind.word(), ARENA.toString(), LOG)));
  }

  private static Proof prove(String name, Case what) throws ProveException {
    return prove(name, what, _ -> false);
  }

  private static Proof prove(String name, Case what, Predicate<WindowResult> enough)
      throws ProveException {
    Proof proof = Prover.proveUntil(what, enough, Progress.NONE);
    assertEquals(0, proof.exit(), name + " does not do its work undisturbed");
    assertTrue(proof.complete(), name);
    windows += proof.windows().size();
    trials += proof.trials();
    System.out.printf(
        "self-proof: %s by %s: %d windows, %d closed without a trial, %d trials%n",
        name, what.intruders(), proof.windows().size(), proof.prunedTotal(), proof.trials());
    return proof;
  }

  private static String bad(Subject subject, Proof proof) {
    // Ports and abstract sockets are no files: there is nothing that could be changed by name.
    boolean byName = !Set.of(Kinds.PORT, Kinds.SOCKET).contains(subject.kind());
    assertTrue(!byName || !proof.windows().isEmpty(), () -> subject + " was not attacked");
    return proof.windows().stream()
        .filter(w -> w.verdict() == Verdict.EXPLOITED || w.verdict().undecided())
        .map(WindowResult::toString)
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @MethodSource("attacked")
  void attackerGainsNothing(Subject subject) throws Exception {
    Proof proof = prove(subject.toString(), subject(subject));
    assertEquals("", bad(subject, proof));
  }

  @ParameterizedTest
  @MethodSource("killed")
  void killedAnywhereTheNextGetsIt(Subject subject) throws Exception {
    Proof proof =
        prove(
            subject.toString(),
            subject(subject)
                .withIntruders(Intruder.KILL)
                .withChecks(check(subject.operation(), subject.kind())));
    assertEquals("", bad(subject, proof));
  }

  @ParameterizedTest
  @MethodSource("metByASecond")
  void aSecondHolderAnywhereIsTheOnlyOne(Subject subject) throws Exception {
    Proof proof =
        prove(
            subject.toString(),
            subject(subject)
                .withIntruders(Intruder.COPY)
                .withChecks(check(subject.operation(), subject.kind())));
    assertEquals("", bad(subject, proof));
  }

  private static Case usual(String way, String... setup) {
    List<String> all = new ArrayList<>(List.of("mkdir " + WITNESS));
    all.addAll(List.of(setup));
    return stage(jvm.command(List.of(UsualLock.WORD, way, ARENA.toString(), LOG)))
        .withSetup(all.toArray(String[]::new));
  }

  private static void loses(String name, Case what, String how) throws ProveException {
    Predicate<WindowResult> lost =
        w ->
            w.verdict() == Verdict.EXPLOITED
                && (w.effects().toString() + w.evidence()).contains(how);
    Proof proof = prove("negative control: " + name, what, lost);
    assertTrue(proof.windows().stream().anyMatch(lost), () -> name + " did not lose: " + proof);
  }

  @Test
  void usualLockFilesFollowWhatIsPlanted() throws Exception {
    Case shell = stage(List.of("/bin/sh", "-c", "echo $$ > /srv/arena/lock"));
    loses("echo $$ > lock", shell, Effect.CREATE.name());
    loses("FileChannel.open(CREATE), tryLock", usual(UsualLock.CHANNEL), Effect.CREATE.name());
    loses(
        "FileChannel.open of a lock file that is there",
        usual(UsualLock.CHANNEL, "echo 1 > " + ARENA + "/lock"),
        Effect.WRITE.name());
  }

  @Test
  void usualLockFileIsStuckOnceItsHolderWasKilled() throws Exception {
    Case killed =
        usual(UsualLock.CREATE)
            .withIntruders(Intruder.KILL)
            .withChecks(check(LockJudge.USUAL, Kinds.FILE));
    loses("Files.write(CREATE_NEW), Files.delete", killed, "exits 1");
  }

  @Test
  void usualLocksAreHeldByTwo() throws Exception {
    String check = check(LockJudge.SEEN, Kinds.FILE);
    loses(
        "a dead holder's file is removed by name",
        usual(UsualLock.REMOVE_STALE, "echo 999999 > " + ARENA + "/lock")
            .withIntruders(Intruder.COPY)
            .withChecks(check),
        "exits 1");
    loses(
        "FileChannel.tryLock, and the file is read meanwhile",
        usual(UsualLock.READ_MEANWHILE).withIntruders(Intruder.COPY).withChecks(check),
        "exits 1");
  }
}
