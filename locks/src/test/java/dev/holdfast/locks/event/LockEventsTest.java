package dev.holdfast.locks.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockReentryException;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Outcome;
import dev.holdfast.testing.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockEventsTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  @TempDir private Path directory;

  private interface Work {
    void run() throws Exception;
  }

  private List<RecordedEvent> recorded(Work work) throws Exception {
    Path file = directory.resolve("r.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.holdfast.LockWait").withThreshold(Duration.ofMillis(10));
      recording.enable("dev.holdfast.LockHold").withThreshold(Duration.ofMillis(10));
      recording.enable("dev.holdfast.LockRefused");
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private static List<RecordedEvent> of(String type, List<RecordedEvent> events) {
    return events.stream().filter(e -> e.getEventType().getName().endsWith(type)).toList();
  }

  @Test
  void aWaitAndTheHoldItWaitedForAreTold() throws Exception {
    Path path = directory.resolve("a.lock");
    HostLock lock = Locks.ofd(path);
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (Held held = lock.acquire()) {
                Thread other =
                    Thread.ofPlatform()
                        .start(
                            () -> {
                              try {
                                assertInstanceOf(Outcome.TimedOut.class, lock.attempt(SHORT));
                              } catch (Exception e) {
                                throw new IllegalStateException(e);
                              }
                            });
                other.join();
                assertTrue(held.isOpen());
              }
            });
    // The first request of a cold JVM may itself have taken that long.
    List<RecordedEvent> inVain =
        of("LockWait", events).stream().filter(e -> !e.getBoolean("granted")).toList();
    assertEquals(1, inVain.size(), events::toString);
    RecordedEvent wait = inVain.getFirst();
    assertEquals(lock.name(), wait.getString("lock"));
    assertEquals(lock.kind().word(), wait.getString("kind"));
    assertTrue(wait.getDuration().compareTo(SHORT) >= 0, wait::toString);
    RecordedEvent hold = of("LockHold", events).getFirst();
    assertEquals(lock.name(), hold.getString("lock"));
    assertTrue(hold.getDuration().compareTo(SHORT) >= 0, hold::toString);
    assertEquals(1, of("LockHold", events).size(), events::toString);
  }

  @Test
  void whatIsRefusedIsTold() throws Exception {
    HostLock lock = Locks.ofd(directory.resolve("b.lock"));
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (Held held = lock.acquire()) {
                assertThrows(LockReentryException.class, lock::acquire, held::toString);
              }
            });
    RecordedEvent refused = of("LockRefused", events).getFirst();
    assertTrue(refused.getString("why").contains("already held"), refused::toString);
  }

  /** Takes a lock where there is no recorder. */
  public static final class WithoutRecorder {
    private WithoutRecorder() {}

    public static void main(String[] arguments) throws Exception {
      HostLock lock = Locks.ofd(Path.of(arguments[0]));
      try (Held held = lock.acquire()) {
        try {
          lock.acquire();
        } catch (LockReentryException refused) {
          System.out.println(
              held.mode() + " " + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
        }
      }
    }
  }

  @Test
  void aRunTimeImageNeedsNoRecorder() throws Exception {
    List<String> command =
        ChildJvm.commandWith(
            List.of("--limit-modules=java.base"),
            WithoutRecorder.class,
            directory.resolve("c.lock").toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("EXCLUSIVE false", said.strip());
    assertEquals(0, process.waitFor());
  }

  /** The recorder is not made by who takes a lock, which would take longer than all else. */
  @ParameterizedTest
  @CsvSource({"-Xshare:auto,false", "-XX:StartFlightRecording,true"})
  void onlyWhoRecordsHasTheRecorderMade(String option, boolean expected) throws Exception {
    List<String> command =
        ChildJvm.commandWith(
            List.of("-Xlog:class+load", option),
            WithoutRecorder.class,
            directory.resolve("d.lock").toString());
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.contains("EXCLUSIVE true"), said);
    assertEquals(expected, said.contains("dev.holdfast.locks.event.LockHoldEvent "));
    assertEquals(expected, said.contains("dev.holdfast.locks.event.LockRefusedEvent "));
    assertEquals(expected, said.contains("jdk.jfr.internal.PlatformRecorder "));
  }
}
