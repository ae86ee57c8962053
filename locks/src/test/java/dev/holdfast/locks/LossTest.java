package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.memory.SharedMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lock that is lost while it is held: who holds it is told, and so is who lets go of it. */
@Timeout(60)
final class LossTest {
  private @TempDir Path directory;

  private interface Deed {
    void to(Path file) throws IOException;
  }

  private HostLock open(String kind, Path file) throws IOException {
    return kind.equals("memory") ? SharedMemory.open(file).lock(0) : kind(kind).at(file);
  }

  private static Kind kind(String word) {
    return Kinds.of(word).orElseThrow();
  }

  private void isPushed(String kind, Path file, Deed deed) throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    Held held = open(kind, file).acquire();
    held.onLost(told::countDown);
    assertEquals(1, told.getCount(), "nothing has happened yet");
    deed.to(file);
    // Nobody asks: it comes by itself.
    assertTrue(told.await(50, TimeUnit.SECONDS));
    assertThrows(LockLostException.class, held::ensureValid);
    held = held.detach();
    try {
      held.close();
    } catch (UncheckedIOException alsoSaidByThoseThatAreFiles) {
      assertInstanceOf(LockLostException.class, alsoSaidByThoseThatAreFiles.getCause());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "posix", "flock", "file", "nfs", "pid", "mail", "memory"})
  void theRemovalOfTheFileIsTold(String kind) throws Exception {
    isPushed(
        kind,
        directory.resolve(kind),
        file -> Files.delete(kind.equals("mail") ? Path.of(file + ".lock") : file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "flock", "file", "pid"})
  void itsReplacementIsTold(String kind) throws Exception {
    Path other = Files.writeString(directory.resolve("other"), "1\n");
    isPushed(
        kind,
        directory.resolve(kind),
        file -> Files.move(other, file, StandardCopyOption.REPLACE_EXISTING));
  }

  @Test
  void theMoveOfItsDirectoryIsTold() throws Exception {
    Path below = Files.createDirectory(directory.resolve("below"));
    isPushed("ofd", below.resolve("lock"), _ -> Files.move(below, directory.resolve("away")));
  }

  @Test
  void anotherCloseOfTheFileIsToldToAPosixLock() throws Exception {
    Path file = directory.resolve("posix");
    isPushed("posix", file, Files::readAllBytes);
  }

  @Test
  void anotherCloseOfTheFileDoesNotConcernOthers() throws Exception {
    Path file = directory.resolve("ofd");
    AtomicInteger told = new AtomicInteger();
    try (Held held = Locks.ofd(file).acquire()) {
      held.onLost(told::incrementAndGet);
      Files.readAllBytes(file);
      Files.delete(Files.createFile(directory.resolve("another name")));
      held.ensureValid();
    }
    assertEquals(0, told.get());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "posix", "flock", "file", "pid", "memory"})
  void whoLetsGoIsTold(String kind) throws Exception {
    Path file = directory.resolve(kind);
    Held held = open(kind, file).acquire();
    Files.delete(file);
    UncheckedIOException thrown = assertThrows(UncheckedIOException.class, held::close);
    assertInstanceOf(LockLostException.class, thrown.getCause());
    // It is let go all the same, and once only.
    held.close();
    open(kind, file).acquire().close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "posix", "flock", "memory"})
  void whoKnowsAlreadyIsNotToldAgain(String kind) throws Exception {
    Path file = directory.resolve(kind);
    AtomicInteger told = new AtomicInteger();
    Held held = open(kind, file).acquire();
    Files.delete(file);
    held.onLost(told::incrementAndGet);
    assertEquals(1, told.get(), "it was lost before");
    assertThrows(LockLostException.class, held::ensureValid);
    held.close();
    assertEquals(1, told.get());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "posix", "flock", "file", "memory"})
  void whatWasLetGoIsNotTold(String kind) throws Exception {
    Path file = directory.resolve(kind);
    AtomicInteger told = new AtomicInteger();
    Held held = open(kind, file).acquire();
    held.onLost(told::incrementAndGet);
    held.close();
    Files.deleteIfExists(file);
    // The same watch tells this one, which began later: so the first would have been told by now.
    isPushed("ofd", directory.resolve("witness"), Files::delete);
    assertEquals(0, told.get());
  }

  @Test
  void severalActionsAreAllRun() throws Exception {
    Path file = directory.resolve("ofd");
    CountDownLatch told = new CountDownLatch(2);
    Held held = Locks.ofd(file).acquire();
    held.onLost(told::countDown);
    held.onLost(told::countDown);
    Files.delete(file);
    assertTrue(told.await(50, TimeUnit.SECONDS));
    held.close();
  }

  @Test
  void twoMemoriesOfOneNameAreNotTakenForOne() throws Exception {
    Path file = directory.resolve("memory");
    Held first = SharedMemory.open(file).lock(0).acquire();
    Files.delete(file);
    Held second = SharedMemory.open(file).lock(0).acquire();
    second.ensureValid();
    assertThrows(LockLostException.class, first::ensureValid);
    first.close();
    second.ensureValid();
    second.close();
  }
}
