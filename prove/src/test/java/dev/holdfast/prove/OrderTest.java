package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that come to the same names in another order each time, or by another thread: the
 * verdicts are those of their orderly siblings, in every run. {@code bench/pools.sh} makes more
 * runs.
 */
class OrderTest {
  /** Of one length each, so that they could be taken for names made up anew. */
  private static final List<String> NAMES = List.of("aa", "bb", "cc");

  @TempDir Path directory;

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Case over(List<String> command) {
    return Case.of(command)
        .withDirectory(Path.of("/"))
        .withArena(Path.of("/arena"))
        .withSetup(
            "mkdir /arena/d; cd /arena/d; touch "
                + String.join(" ", NAMES)
                + "; chown -R nobody /arena");
  }

  /** Each window with what became of it, by what it is and not by the thread that came there. */
  private static Set<String> verdicts(Proof proof) {
    return proof.windows().stream().map(OrderTest::verdict).collect(Collectors.toSet());
  }

  private static String verdict(WindowResult result) {
    return result.window().id()
        + " "
        + result.window().use().call()
        + " "
        + result.window().use().path()
        + " "
        + result.window().strike()
        + " "
        + result.verdict()
        + " "
        + result.effects()
        + " "
        + result.label();
  }

  private static void alwaysTheSame(int runs, List<String> command) throws ProveException {
    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < runs; i++) {
      Proof proof = Prover.prove(over(command), Progress.NONE);
      assertEquals(0, proof.exit(), proof::toString);
      assertEquals(0, proof.undecided(), proof::toString);
      Set<String> exploited = new HashSet<>();
      for (WindowResult result : proof.windows()) {
        if (result.verdict() == Verdict.EXPLOITED) {
          exploited.add(result.window().use().path());
        }
      }
      assertEquals(NAMES.size(), exploited.size(), proof::toString);
      assertTrue(proof.plainFollows() >= NAMES.size(), proof::toString);
      assertEquals(0, proof.races(), proof::toString);
      if (!seen.isEmpty()) {
        assertEquals(seen, new TreeSet<>(verdicts(proof)));
      }
      seen.addAll(verdicts(proof));
    }
  }

  @Test
  void poolInC() throws Exception {
    alwaysTheSame(3, List.of(TestHost.compile(directory, "pool-victim.c").toString()));
  }

  /** A program that gets the names as its arguments. */
  private static List<String> withNames(String... command) {
    return Stream.concat(Stream.of(command), NAMES.stream()).toList();
  }

  @Test
  void shuffled() throws Exception {
    TestHost.assumeProgram("perl");
    String program = "chown 2, 2, \"/arena/d/$_\" for shuffle @ARGV";
    alwaysTheSame(3, withNames("perl", "-MList::Util=shuffle", "-e", program));
  }

  @Test
  void poolInPython() throws Exception {
    TestHost.assumeProgram("python3");
    String program =
        """
        import os, sys
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool:
          list(pool.map(lambda name: os.chown('/arena/d/' + name, 2, 2), sys.argv[1:]))
        """;
    alwaysTheSame(1, withNames("python3", "-SIc", program));
  }

  @Test
  void callbacksInNode() throws Exception {
    TestHost.assumeProgram("node");
    String program =
        "for (const n of process.argv.slice(1)) fs.chown('/arena/d/' + n, 2, 2, () => {})";
    alwaysTheSame(1, withNames("node", "-e", program));
  }

  /** What is looked at first through the directory is another file in each run. */
  @Test
  void promisesInNode() throws Exception {
    TestHost.assumeProgram("node");
    String program =
        """
        const fs = require('fs/promises');
        Promise.all(process.argv.slice(1).map(async (name) => {
          if ((await fs.lstat('/arena/d/' + name)).isFile()) await fs.chmod('/arena/d/' + name, 0o640);
        }));
        """;
    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < 3; i++) {
      Proof proof = Prover.prove(over(withNames("node", "-e", program)), Progress.NONE);
      assertEquals(0, proof.undecided(), proof::toString);
      assertTrue(proof.races() >= NAMES.size(), proof::toString);
      Set<String> now = new TreeSet<>();
      proof.windows().forEach(w -> now.add(w.window().id() + " " + w.verdict() + " " + w.label()));
      if (!seen.isEmpty()) {
        assertEquals(seen, now);
      }
      seen.addAll(now);
    }
  }

  @Test
  void poolInJava() throws Exception {
    alwaysTheSame(1, TestHost.java(Pool.class));
  }

  private static void close(String name) {
    try {
      Files.setPosixFilePermissions(
          Path.of("/arena/d", name), PosixFilePermissions.fromString("rw-r-----"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The victim of {@link #poolInJava}: the order of such a set is another in each JVM. */
  static final class Pool {
    public static void main(String[] arguments) throws Exception {
      try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
        List<Future<?>> jobs =
            Set.copyOf(NAMES).stream().<Future<?>>map(n -> pool.submit(() -> close(n))).toList();
        for (Future<?> job : jobs) {
          job.get();
        }
      }
    }
  }
}
