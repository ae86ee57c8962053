package dev.holdfast.locks.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockContract;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.TestKinds;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.process.Upkeep;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** What every lock on a permanent file does. */
public abstract class KernelLockContract extends LockContract {
  @Test
  void theFileIsBornPrivateAndKeepsItsContents() throws IOException {
    Path path = directory.resolve(newName());
    HostLock lock = open(path.getFileName().toString());
    lock.tryAcquire().orElseThrow().close();
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    Files.writeString(path, "data");
    try (Held held = lock.tryAcquire().orElseThrow()) {
      assertTrue(held.token() > 0);
    }
    assertEquals("data", Files.readString(path));
  }

  @Test
  void aLinkWaitingAtTheNameIsNotFollowed() throws IOException {
    String name = newName();
    Path target = directory.resolve(name + "-target");
    Files.createSymbolicLink(directory.resolve(name), target);
    assertThrows(FileSystemLoopException.class, () -> open(name).tryAcquire());
    assertFalse(Files.exists(target));
  }

  @Test
  void aMissingDirectoryIsAnError() {
    assertThrows(NoSuchFileException.class, () -> open("missing/" + newName()).tryAcquire());
  }

  @Test
  void twoNamesOfOneFileAreOneLock() throws IOException {
    String one = newName();
    String two = newName();
    HostLock first = open(one);
    first.key();
    Files.createLink(directory.resolve(two), directory.resolve(one));
    try (Held held = first.tryAcquire().orElseThrow()) {
      assertTrue(open(two).tryAcquire().isEmpty());
      assertEquals(first.key(), open(two).key());
      held.ensureValid();
    }
  }

  @Test
  void aReplacedFileIsNoticed() throws IOException {
    String name = newName();
    HostLock lock = open(name);
    try (Held held = lock.tryAcquire().orElseThrow()) {
      Files.delete(directory.resolve(name));
      assertThrows(LockLostException.class, held::ensureValid);
      boolean[] told = {false};
      held.onLost(() -> told[0] = true);
      assertThrows(LockLostException.class, held::ensureValid);
      assertTrue(told[0]);
    }
    // The next acquisition that looks at the name locks what is there now.
    Key before = open(name).key();
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      assertEquals(before, held.lock().key());
      held.ensureValid();
    }
  }

  @Test
  void aHardLinkIsRefusedWhereOthersMayMakeOne() throws IOException {
    Path shared = Files.createDirectory(directory.resolve("shared-" + newName()));
    Path precious = Files.createFile(directory.resolve("precious-" + newName()));
    Files.createLink(shared.resolve("lock"), precious);
    assertTrue(isFree(TestKinds.open(kind(), shared, "lock")), "nobody else may write here");
    Slots.retireUnusedSince(Upkeep.epoch);
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    FileSystemException refused =
        assertThrows(
            FileSystemException.class, () -> TestKinds.open(kind(), shared, "lock").tryAcquire());
    assertTrue(refused.getMessage().contains("S12"), refused.getMessage());
    Files.delete(precious);
    assertTrue(isFree(TestKinds.open(kind(), shared, "lock")), "it has one name only");
  }

  @Test
  void aFifoIsRefusedAndNotWaitedFor() throws Exception {
    String name = newName();
    Process mkfifo =
        new ProcessBuilder("mkfifo", directory.resolve(name).toString()).inheritIO().start();
    assertEquals(0, mkfifo.waitFor());
    if (kind().equals(Kinds.FLOCK)) {
      open(name).tryAcquire().orElseThrow().close();
    } else {
      assertThrows(FileSystemException.class, () -> open(name).tryAcquire());
    }
  }

  @Test
  void aDirectoryTakesAFlockOnly() throws IOException {
    String name = newName();
    Files.createDirectory(directory.resolve(name));
    if (kind().equals(Kinds.FLOCK)) {
      try (Held held = open(name).tryAcquire().orElseThrow()) {
        assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
        held.ensureValid();
      }
    } else {
      FileSystemException refused =
          assertThrows(FileSystemException.class, () -> open(name).tryAcquire());
      assertTrue(refused.getMessage().contains("directory"), refused.getMessage());
    }
  }

  /** Opens and closes the file, as any code of this process might. */
  void openAndCloseElsewhere(String name) throws IOException {
    assertEquals(0, Files.readAllBytes(directory.resolve(name)).length);
  }
}
