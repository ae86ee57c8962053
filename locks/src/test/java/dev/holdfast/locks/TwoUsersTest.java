package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.identity.AsUser;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.Requirements;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies beside a lock has the lock's reach: for whoever may take it, and for nobody else. */
class TwoUsersTest {
  @TempDir Path dir;

  @BeforeEach
  void openTheWay() throws Exception {
    Requirements.root("two users");
    mode(dir, "rwxr-xr-x");
  }

  private static void mode(Path path, String mode) throws Exception {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static void takes(AsUser user, HostLock lock) throws Exception {
    user.call(
        () -> {
          try (Held held = lock.tryAcquire().orElseThrow()) {
            held.ensureValid();
            return held.token();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "nfs", "mail"})
  void theyTakeTurnsInASharedDirectory(String kind) throws Exception {
    Path shared = Files.createDirectory(dir.resolve("shared"));
    mode(shared, "rwxrwxrwx");
    try (AsUser daemon = AsUser.named("daemon");
        AsUser nobody = AsUser.named("nobody")) {
      for (AsUser user : List.of(daemon, nobody, daemon)) {
        takes(user, TestKinds.open(Kinds.of(kind).orElseThrow(), shared, "lock"));
      }
    }
    try (Stream<Path> beside = Files.list(shared)) {
      assertTrue(beside.findAny().isPresent(), "nothing was shared");
    }
  }

  /** Without it a crash of theirs would never be recovered. To root no mode is in the way. */
  @ParameterizedTest
  @ValueSource(strings = {"file", "mail", "pid"})
  void anOrdinaryUsersFileHasItsRecord(String kind) throws Exception {
    Path shared = Files.createDirectory(dir.resolve("shared"));
    mode(shared, "rwxrwxrwx");
    HostLock lock = TestKinds.open(Kinds.of(kind).orElseThrow(), shared, "lock");
    try (AsUser nobody = AsUser.named("nobody")) {
      List<Holder> holders =
          nobody.call(
              () -> {
                try (Held held = lock.tryAcquire().orElseThrow()) {
                  held.ensureValid();
                  return lock.holders();
                }
              });
      assertNotNull(holders.getFirst().since(), holders::toString);
    }
  }

  /** In a directory like /tmp nobody takes away what is another's, dead or not; and it is said. */
  @Test
  void inAStickyDirectoryADeadHoldersFileIsItsOwners() throws Exception {
    Path shared = Files.createDirectory(dir.resolve("sticky"));
    Commands.run("chmod", "1777", shared.toString());
    Peer peer = Peer.start();
    assertTrue(peer.tryAcquire(Kinds.FILE, shared, "lock", Mode.EXCLUSIVE).startsWith("granted"));
    peer.kill();
    HostLock lock = Locks.file(shared.resolve("lock"));
    try (AsUser nobody = AsUser.named("nobody")) {
      AccessDeniedException denied =
          assertThrows(AccessDeniedException.class, () -> nobody.call(() -> lock.tryAcquire()));
      assertTrue(denied.getReason().contains("sticky"), denied::getReason);
    }
    try (Held ours = lock.tryAcquire().orElseThrow()) {
      ours.ensureValid();
    }
  }

  @Test
  void theyQueueAtALockFileForAll() throws Exception {
    Path shared = Files.createDirectory(dir.resolve("shared"));
    mode(shared, "rwxrwxrwx");
    Path lock = Files.createFile(shared.resolve("q"));
    mode(lock, "rw-rw-rw-");
    try (AsUser daemon = AsUser.named("daemon");
        AsUser nobody = AsUser.named("nobody")) {
      for (AsUser user : List.of(daemon, nobody, daemon)) {
        takes(user, Locks.of(lock).fair());
      }
    }
    assertEquals(
        "rw-rw-rw-",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(shared.resolve(".q.queue"))));
  }

  /** Held is held; one that nobody holds is its owner's still. */
  @Test
  void thePidFileOfAnotherIsBusyOrNotOurs() throws Exception {
    Path shared = Files.createDirectory(dir.resolve("shared"));
    mode(shared, "rwxrwxrwx");
    Path file = shared.resolve("d.pid");
    try (AsUser nobody = AsUser.named("nobody")) {
      try (Held held = Locks.pidFile(file).tryAcquire().orElseThrow()) {
        assertTrue(nobody.call(() -> Locks.pidFile(file).tryAcquire()).isEmpty());
        assertTrue(held.isOpen());
      }
      Files.createFile(file);
      AccessDeniedException denied =
          assertThrows(
              AccessDeniedException.class,
              () -> nobody.call(() -> Locks.pidFile(file).tryAcquire()));
      assertTrue(denied.getReason().contains("its owner's"), denied::getReason);
    }
  }

  /** In a directory that only its owner may write to. */
  @Test
  void aStrangersFileBesideALockIsRefused() throws Exception {
    Path his = Files.createDirectory(dir.resolve("his"));
    Path sidecar = Files.createFile(his.resolve(".lock.holdfast"));
    mode(sidecar, "rw-rw-rw-");
    Files.setAttribute(sidecar, "unix:uid", 1);
    try (Held held = Locks.file(his.resolve("lock")).tryAcquire().orElseThrow()) {
      AccessDeniedException denied = assertThrows(AccessDeniedException.class, held::token);
      assertTrue(denied.toString().contains("belongs to user 1"), denied::toString);
      assertEquals(0, Files.size(sidecar));
      Files.delete(sidecar);
      assertEquals(1, held.token());
    }
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(sidecar)));
  }
}
