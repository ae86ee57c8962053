package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.enforce.FileLease;
import dev.holdfast.locks.memory.SharedMemory;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.process.Upkeep;
import dev.holdfast.locks.report.LockFileReport;
import dev.holdfast.locks.report.MandatoryLocks;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What other code of the same Java process does with files, and what is done to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class NeighbourTest {
  private @TempDir Path directory;
  private Peer peer;

  interface Deed {
    void to(Path file) throws Exception;
  }

  @BeforeAll
  void startPeer() throws IOException {
    peer = Peer.start();
  }

  @AfterAll
  void stopPeer() throws InterruptedException {
    peer.close();
  }

  /** Closes what is idle, as happens by itself some time later. */
  private static void letIdleGo() {
    Slots.retireUnusedSince(Upkeep.epoch);
    Slots.makeRoom();
  }

  private static Stream<Arguments> deeds() {
    return Stream.of(
        deed("a try", file -> assertTrue(Locks.of(file).tryAcquire().isEmpty())),
        deed(
            "two tries",
            file -> {
              assertTrue(Locks.of(file).tryAcquire().isEmpty());
              assertTrue(Locks.of(file).tryAcquire().isEmpty());
            }),
        deed("key", file -> Locks.of(file).key()),
        deed("holders", file -> assertFalse(Locks.of(file).holders().isEmpty())),
        deed("a range", file -> Locks.of(file).range(1, 1).tryAcquire().ifPresent(Held::close)),
        deed("a flock", file -> Locks.flock(file).tryAcquire().orElseThrow().close()),
        deed("a PID file", file -> Locks.pidFile(file).tryAcquire().ifPresent(Held::close)),
        deed("a lock file", file -> assertTrue(Locks.file(file).tryAcquire().isEmpty())),
        deed("its report", LockFileReport::at),
        deed("mandatory", file -> assertEquals("", MandatoryLocks.warningFor(file))),
        deed("a lease", file -> assertTrue(FileLease.tryAcquire(file).isEmpty())),
        deed("memory", file -> assertThrows(IOException.class, () -> SharedMemory.open(file))));
  }

  private static Arguments deed(String name, Deed deed) {
    return Arguments.of(name, deed);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("deeds")
  void aLockOfTheJdkIsNotLost(String name, Deed deed) throws Exception {
    Path file = Files.writeString(directory.resolve("jdk-" + name.replace(' ', '-')), "no record");
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.lock(0, 1, false)) {
      deed.to(file);
      letIdleGo();
      assertTrue(lock.isValid());
      assertEquals("busy", theirs(file), "the kernel has it still");
      // The control: what other code does loses it.
      Files.readAllBytes(file);
      assertEquals("granted", theirs(file));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("deeds")
  void aPosixLockOfOursIsNotLost(String name, Deed deed) throws Exception {
    Path file = Files.writeString(directory.resolve("our-" + name.replace(' ', '-')), "no record");
    try (Held held = Locks.posix(file).range(0, 1).acquire()) {
      deed.to(file);
      letIdleGo();
      held.ensureValid();
      assertEquals("busy", theirs(file));
    }
  }

  private String theirs(Path file) throws IOException {
    String name = file.getFileName().toString();
    String answer = peer.tryAcquire(Kinds.OFD, directory, name, Mode.EXCLUSIVE);
    if (answer.startsWith("granted")) {
      peer.release(name);
      return "granted";
    }
    return answer;
  }

  @Test
  void whatOnlyLooksMakesNoFile() throws Exception {
    Path file = directory.resolve("not there");
    for (Kind kind : List.of(Kinds.OFD, Kinds.POSIX, Kinds.FLOCK, Kinds.FILE, Kinds.PID_FILE)) {
      assertEquals(List.of(), kind.at(file).holders());
      assertFalse(Files.exists(file), kind.word());
    }
    assertEquals("", MandatoryLocks.warningFor(file));
    assertThrows(NoSuchFileException.class, () -> FileLease.tryAcquire(file));
    assertTrue(LockFileReport.at(file).isEmpty());
    assertFalse(Files.exists(file));
  }

  @Test
  void whatIsInAnArchiveIsNotTakenForAFile() throws Exception {
    Path archive = directory.resolve("a.zip");
    try (FileSystem zip =
        FileSystems.newFileSystem(URI.create("jar:" + archive.toUri()), Map.of("create", "true"))) {
      Path inside = zip.getPath(directory.resolve("inside").toString());
      for (Kind kind : Kinds.all()) {
        if (kind instanceof LocalKind && !kind.equals(Kinds.PORT) && !kind.equals(Kinds.SOCKET)) {
          assertThrows(
              ProviderMismatchException.class, () -> kind.at(inside).tryAcquire(), kind.word());
        }
      }
      assertThrows(ProviderMismatchException.class, () -> FileLease.tryAcquire(inside));
      assertThrows(ProviderMismatchException.class, () -> MandatoryLocks.warningFor(inside));
    }
    assertFalse(Files.exists(directory.resolve("inside")));
  }

  @Test
  void oneLockAfterTheOtherDoesNotUseUpDescriptors() throws Exception {
    Path many = Files.createDirectory(directory.resolve("many"));
    long before = openDescriptors();
    for (int i = 0; i < 1500; i++) {
      Locks.of(many.resolve("f" + i)).acquire().close();
    }
    assertTrue(openDescriptors() - before < 200, () -> "too many are idle");
    // Those that are held are not closed.
    Held[] held = new Held[200];
    for (int i = 0; i < held.length; i++) {
      held[i] = Locks.of(many.resolve("f" + i)).acquire();
    }
    for (Held one : held) {
      assertDoesNotThrow(one::ensureValid);
      one.close();
    }
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }
}
