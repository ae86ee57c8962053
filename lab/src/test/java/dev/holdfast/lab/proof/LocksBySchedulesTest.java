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
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.Together;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our own locks under every schedule of two holders with at most one preemption, which is what it
 * takes to break most locks; with {@code -Dholdfast.proof=whole} every kind that goes by files,
 * with two preemptions (see {@code bench/self-proof.sh}). The usual ways lose in the same harness.
 *
 * <p>Kinds whose state is shared memory or a socket are not here: the prover does not follow those.
 */
class LocksBySchedulesTest {
  private static final boolean WHOLE = "whole".equals(System.getProperty("holdfast.proof"));
  private static final int BOUND = WHOLE ? 2 : 1;

  /** One after the other. */
  private static final int ORDERS = 2;

  private static final Duration BUDGET = Duration.ofHours(WHOLE ? 2 : 1);
  private static final Path PLACE = Path.of("/srv/place");

  @SuppressWarnings("NullAway.Init")
  private static VictimJvm jvm;

  @BeforeAll
  static void start(@TempDir Path training) throws Exception {
    Requirements.twoIdentities();
    Files.writeString(training.resolve("counter"), "0\n");
    jvm =
        new VictimJvm(
            LockVictim.class,
            List.of(Locks.class, FileName.class, Errno.class),
            List.of(LockVictim.COUNT, Kinds.FILE.word(), training.toString(), training + "/log"));
  }

  @AfterAll
  static void close() throws Exception {
    if (jvm != null) {
      jvm.close();
    }
  }

  static Stream<Kind> kinds() {
    return WHOLE
        ? Stream.of(
            Kinds.OFD,
            Kinds.POSIX,
            Kinds.FLOCK,
            Kinds.FILE,
            Kinds.NFS,
            Kinds.MAIL,
            Kinds.DEVICE,
            Kinds.PID_FILE)
        : Stream.of(Kinds.OFD);
  }

  private static ScheduleProof twice(int bound, List<String> command, String... setup)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("echo 0 > " + PLACE + "/counter"));
    all.addAll(List.of(setup));
    Case what =
        Case.of(command)
            .withDirectory(Path.of("/"))
            .withFresh(PLACE)
            .withSetup(all.toArray(String[]::new))
            .withTimeout(Duration.ofMinutes(5));
    Together how = Together.twice().withBound(bound).withBudget(BUDGET);
    ScheduleProof proof = Prover.schedules(what, how, null, Progress.NONE);
    System.out.printf(
        "schedules: %s: %d runs, %d undecided, %s%n",
        command.getLast(), proof.schedules(), proof.undecided(), proof.claim());
    return proof;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void neverHeldByTwo(Kind kind) throws Exception {
    List<String> command =
        jvm.command(
            List.of(LockVictim.COUNT, kind.word(), PLACE.toString(), PLACE + "/" + kind.word()));
    ScheduleProof proof = twice(BOUND, command, "touch " + PLACE + "/device");
    assertEquals(List.of(), proof.findings(), proof::toString);
    // Both have counted, or nothing was shown.
    assertTrue(proof.shared().contains(PLACE + "/counter"), proof::toString);
    // The threads of a JVM do not always make their calls in the same order; such a run says
    // nothing.
    int decided = proof.schedules() - proof.undecided();
    assertTrue(decided > ORDERS, proof::toString);
    assertTrue(proof.undecided() > 0 || proof.claim().bound() >= BOUND, proof::toString);
  }

  @Test
  void aDeadHoldersFileThatIsRemovedByNameIsHeldByTwo() throws Exception {
    String usual =
        ("cd %s; get() { (set -C; : > lock) 2>/dev/null; };"
                + " get || { rm -f lock; get || exit 75; }; echo x >> log; rm -f lock")
            .formatted(PLACE);
    ScheduleProof proof =
        twice(2, List.of("/bin/sh", "-c", usual), "echo 999999 > " + PLACE + "/lock");
    assertTrue(
        proof.findings().stream().anyMatch(f -> f.kind() == ScheduleFinding.Kind.TWO_HOLDERS),
        proof::toString);
  }

  @Test
  void aCounterWithoutALockLosesACount() throws Exception {
    ScheduleProof proof =
        twice(
            1,
            List.of("/bin/sh", "-c", "cd " + PLACE + "; n=$(cat counter); echo $((n+1)) >counter"));
    assertTrue(
        proof.findings().stream().anyMatch(f -> f.kind() == ScheduleFinding.Kind.NOT_SERIAL),
        proof::toString);
  }
}
