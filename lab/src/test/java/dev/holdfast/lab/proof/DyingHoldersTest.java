package dev.holdfast.lab.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.lab.victim.VictimJvm;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ten processes at a time want a lock, and each kills itself when it has it: of those that find a
 * dead holder one takes over. Longer with {@code -Dholdfast.deaths=N} of each kind; see {@code
 * bench/deaths.sh}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class DyingHoldersTest {
  private static final int DEATHS = Integer.getInteger("holdfast.deaths", 12);
  private static final int TOGETHER = 10;

  /** How often the usual way is tried: it mostly loses within a few dozen. */
  private static final int MOST_OF_THE_USUAL = 3000;

  @SuppressWarnings("NullAway.Init")
  private static VictimJvm jvm;

  @TempDir Path directory;

  @BeforeAll
  static void start(@TempDir Path training) throws Exception {
    jvm =
        new VictimJvm(
            DyingHolder.class,
            List.of(Kind.class, Directory.class, Row.class, FileName.class, Errno.class),
            List.of(Kinds.FILE.word(), training.toString(), "stays"));
  }

  @AfterAll
  static void end() throws IOException {
    jvm.close();
  }

  /**
   * Runs so many holders, or fewer once two held it together; answers how many killed themselves.
   */
  private int run(String way, int holders) throws Exception {
    Path overlap = directory.resolve(DyingHolder.OVERLAP);
    Semaphore running = new Semaphore(TOGETHER);
    AtomicInteger deaths = new AtomicInteger();
    try (ExecutorService waits = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < holders && !Files.exists(overlap); i++) {
        running.acquire();
        Process holder =
            new ProcessBuilder(jvm.command(List.of(way, directory.toString()))).inheritIO().start();
        var _ =
            waits.submit(
                () -> {
                  deaths.addAndGet(holder.waitFor() == 128 + Processes.SIGKILL ? 1 : 0);
                  running.release();
                  return null;
                });
      }
      running.acquire(TOGETHER);
    }
    return deaths.get();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "mail", "device", "memory"})
  void ofManyThatFindADeadHolderOneTakesOver(String kind) throws Exception {
    // What a device lock is for; its flock is taken on any file.
    Files.createFile(directory.resolve("device"));
    int deaths = run(kind, DEATHS);
    assertFalse(Files.exists(directory.resolve(DyingHolder.OVERLAP)), "held by two");
    assertEquals(DEATHS, deaths, "one ended otherwise than by its own hand");
    List<Long> tokens =
        Files.readAllLines(directory.resolve(DyingHolder.TOKENS)).stream()
            .map(Long::valueOf)
            .toList();
    assertEquals(tokens.stream().sorted().distinct().toList(), tokens, "tokens must grow");
    assertEquals(DEATHS, tokens.size());
    System.out.printf("%s: %d holders killed themselves, never two at once%n", kind, deaths);
  }

  @Test
  void theUsualRecoveryLetsTwoIn() throws Exception {
    int deaths = run(DyingHolder.USUAL, MOST_OF_THE_USUAL);
    assertTrue(
        Files.exists(directory.resolve(DyingHolder.OVERLAP)), "the usual recovery did not lose");
    System.out.printf("the usual recovery: two at once after %d deaths%n", deaths);
  }
}
