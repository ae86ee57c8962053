package dev.holdfast.locks.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockContract;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.Peer;
import dev.holdfast.locks.TestKinds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every lock does that is held as long as a file is there. */
public abstract class NamedFileLockContract extends LockContract {
  Path fileOf(HostLock lock) {
    return ((NamedFileLock<?>) lock).path();
  }

  @Test
  void theFileIsThereWhileItIsHeldAndNothingIsLeft() throws IOException {
    HostLock lock = open(newName());
    try (Held held = lock.tryAcquire().orElseThrow()) {
      assertTrue(Files.exists(fileOf(lock)));
      held.ensureValid();
    }
    assertFalse(Files.exists(fileOf(lock)));
    try (Stream<Path> left = Files.list(directory)) {
      List<String> odd =
          left.map(path -> path.getFileName().toString())
              .filter(name -> name.startsWith(".holdfast") || name.matches("\\..*\\.[0-9a-f]{32}"))
              .toList();
      assertEquals(List.of(), odd);
    }
  }

  @Test
  void anythingAtTheNameIsInTheWayAndStays() throws IOException {
    for (String what : List.of("empty", "garbage", "link", "directory", "half")) {
      HostLock lock = open(newName());
      Path file = fileOf(lock);
      switch (what) {
        case "empty" -> Files.createFile(file);
        case "garbage" -> Files.writeString(file, "\0\1\2 nonsense \n");
        case "link" -> Files.createSymbolicLink(file, directory.resolve("nowhere"));
        case "directory" -> Files.createDirectory(file);
        default -> {
          byte[] whole = Self.record().toBytes();
          Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
        }
      }
      assertTrue(lock.tryAcquire().isEmpty(), what);
      assertTrue(Files.exists(file, java.nio.file.LinkOption.NOFOLLOW_LINKS), what);
      assertFalse(Files.exists(directory.resolve("nowhere")));
      Files.delete(file);
      assertTrue(isFree(lock), what);
    }
  }

  @Test
  void aMissingDirectoryIsAnError() throws IOException {
    HostLock lock = inDirectory(directory.resolve("missing"));
    assertEquals(kind(), lock.kind());
    assertThrows(NoSuchFileException.class, lock::tryAcquire);
  }

  /** A lock of this kind whose file would stand in a directory that need not be there. */
  protected HostLock inDirectory(Path place) throws IOException {
    return TestKinds.open(kind(), place, newName());
  }

  @Test
  void aFileThatSomebodyRemovedIsNoticed() throws IOException {
    HostLock lock = open(newName());
    Held held = lock.tryAcquire().orElseThrow();
    Files.delete(fileOf(lock));
    assertThrows(LockLostException.class, held::ensureValid);
    UncheckedIOException lost = assertThrows(UncheckedIOException.class, held::close);
    assertTrue(lost.getCause() instanceof LockLostException);
    assertTrue(isFree(lock));
  }

  @Test
  void aFileThatSomebodyReplacedIsLeftAlone() throws IOException {
    HostLock lock = open(newName());
    Held held = lock.tryAcquire().orElseThrow();
    Files.delete(fileOf(lock));
    Files.writeString(fileOf(lock), "theirs");
    assertThrows(LockLostException.class, held::ensureValid);
    assertThrows(UncheckedIOException.class, held::close);
    assertEquals("theirs", Files.readString(fileOf(lock)));
    Files.delete(fileOf(lock));
  }

  @Test
  void aDeadHoldersFileIsTakenAwayIfThatCanBeProved() throws Exception {
    String name = newName();
    HostLock lock = open(name);
    Peer victim = Peer.start();
    try {
      assertTrue(victim.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
      assertTrue(lock.tryAcquire().isEmpty());
    } finally {
      victim.kill();
    }
    if (can(Capability.RECOVERY)) {
      try (Held held = lock.acquire(LONG)) {
        held.ensureValid();
      }
      assertTrue(isFree(lock));
    } else {
      assertTrue(lock.tryAcquire().isEmpty(), "nobody may break it");
      Files.delete(fileOf(lock));
    }
  }

  @Test
  void aStoppedHolderIsNotDead() throws Exception {
    String name = newName();
    HostLock lock = open(name);
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    signal("STOP");
    try {
      assertTrue(lock.tryAcquire().isEmpty());
      assertTrue(lock.attempt(SHORT) instanceof Outcome.TimedOut);
    } finally {
      signal("CONT");
    }
    assertEquals("released", peer.release(name));
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(peer.pid())).start();
    assertTrue(kill.waitFor(120, TimeUnit.SECONDS));
    assertEquals(0, kill.exitValue());
  }

  @Test
  void holdersAreNamed() throws IOException {
    String name = newName();
    assertTrue(peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    Holder holder = open(name).holders().getFirst();
    assertEquals(peer.pid(), holder.pid());
    assertNotEquals("", holder.command());
    peer.release(name);
    assertEquals(List.of(), open(name).holders());
  }

  @Test
  void whatOthersReadIsAsTheyExpectIt() throws IOException {
    HostLock lock = open(newName());
    try (Held held = lock.tryAcquire().orElseThrow()) {
      String text = Files.readString(fileOf(lock), StandardCharsets.UTF_8);
      long pid = ProcessHandle.current().pid();
      switch (kind().word()) {
        case "device" -> {
          assertEquals(11, text.length());
          assertEquals(String.format("%10d\n", pid), text);
          assertTrue(fileOf(lock).getFileName().toString().startsWith("LCK.."));
        }
        case "mail" -> {
          assertEquals(pid + "\n", text);
          assertTrue(fileOf(lock).getFileName().toString().endsWith(".lock"));
        }
        default -> assertTrue(text.contains("\npid " + pid + "\n"), text);
      }
      assertTrue(held.isOpen());
    }
  }
}
