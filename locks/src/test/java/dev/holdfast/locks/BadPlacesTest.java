package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.files.identity.AsUser;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.locks.named.FoundFile;
import dev.holdfast.locks.named.HolderRecord;
import dev.holdfast.locks.named.NamedFile;
import dev.holdfast.locks.named.NamedFileLock;
import dev.holdfast.locks.named.Self;
import dev.holdfast.locks.report.LockFileReport;
import dev.holdfast.locks.scope.Scope;
import dev.holdfast.locks.scope.ScopeProbe;
import dev.holdfast.path.FileSystems;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Locks where something is in their way: other file systems, no permission, other namespaces. A
 * clear error or the right answer, and never a live lock taken away.
 */
@Timeout(120)
class BadPlacesTest {
  /** Those that are, or are on, a file of the directory. */
  private static final Set<Kind> ON_FILES =
      Kinds.all().stream()
          .filter(kind -> !Set.of(Kinds.PORT, Kinds.SOCKET, Kinds.DEVICE).contains(kind))
          .collect(Collectors.toCollection(LinkedHashSet::new));

  @TempDir Path directory;

  @BeforeAll
  static void requirements() throws Exception {
    assumeTrue(Identity.geteuid() == 0, "needs root: mounts and namespaces of its own");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "needs the program unshare");
    Process allowed =
        new ProcessBuilder("unshare", "--mount", "--pid", "--time", "--fork", "true").start();
    assumeTrue(allowed.waitFor() == 0, "namespaces of its own are forbidden here");
  }

  /** A peer in a mount namespace of its own, where this was done first. */
  private Peer peerWith(String mounts) throws IOException {
    return Peer.startBy(
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "cd \"$0\" && " + mounts + " && exec \"$@\"",
            directory.toString()));
  }

  @Test
  void onAnOverlayEachKindExcludes() throws Exception {
    Peer peer =
        peerWith(
            "mount -t tmpfs t . && cd . && cd \"$0\" && mkdir l u w m && mount -t overlay"
                + " -o lowerdir=l,upperdir=u,workdir=w o m");
    // It has mounted once it answers.
    assertTrue(peer.ask("hello").startsWith("failed"));
    Peer other = Peer.startBy(List.of("nsenter", "--mount", "--target", "" + peer.pid()));
    try {
      for (Kind kind : ON_FILES) {
        String name = kind.word() + "-1";
        String answer = peer.tryAcquire(kind, directory.resolve("m"), name, Mode.EXCLUSIVE);
        assertTrue(answer.startsWith("granted "), kind + ": " + answer);
        assertEquals(
            "busy", other.tryAcquire(kind, directory.resolve("m"), name, Mode.EXCLUSIVE), answer);
        assertEquals("released", peer.release(name), kind.word());
        String next = other.tryAcquire(kind, directory.resolve("m"), name, Mode.EXCLUSIVE);
        assertTrue(next.startsWith("granted "), kind + ": " + next);
      }
    } finally {
      other.kill();
      peer.kill();
    }
  }

  /** The lock is on the file that has the name, byte for byte. */
  @Test
  void aNameThatIsNotUtf8IsNoOther() throws Exception {
    Commands.run("sh", "-c", "cd \"$0\" && : > \"$(printf 'job\\377')\"", directory.toString());
    Path file;
    try (Stream<Path> all = Files.list(directory)) {
      file = all.findFirst().orElseThrow();
    }
    for (HostLock lock : List.of(Locks.flock(file), Locks.of(file), Locks.posix(file))) {
      try (Held held = lock.tryAcquire().orElseThrow()) {
        held.ensureValid();
        assertEquals("1\n", Commands.run("sh", "-c", "ls \"$0\" | wc -l", directory.toString()));
      }
    }
    try (Held held = Locks.flock(file).tryAcquire().orElseThrow()) {
      held.ensureValid();
      assertEquals(
          "busy\n",
          Commands.run("sh", "-c", "flock -n \"$0\"/job* true || echo busy", directory.toString()));
    }
  }

  /** What is behind such a file system nobody knows; this one keeps locks on this machine. */
  @Test
  void onAFuseFileSystemEachKindExcludesAndSharedMemoryIsRefused() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/bindfs")), "needs the program bindfs");
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "needs FUSE in the kernel");
    // Whoever serves it ends with the peer.
    Peer peer =
        peerWith(
            "mkdir s m && { setpriv --pdeathsig KILL bindfs -f s m & }"
                + " && until mountpoint -q m; do sleep 0.05; done");
    assertTrue(peer.tryAcquire(Kinds.OFD, directory, "ready", Mode.EXCLUSIVE).startsWith("gr"));
    Peer other = Peer.startBy(List.of("nsenter", "--mount", "--target", Long.toString(peer.pid())));
    Path there = directory.resolve("m");
    try {
      for (Kind kind : ON_FILES) {
        String name = kind.word() + "-1";
        String answer = peer.tryAcquire(kind, there, name, Mode.EXCLUSIVE);
        if (kind.equals(Kinds.MEMORY)) {
          assertTrue(answer.contains("of no use there"), answer);
          continue;
        }
        assertTrue(answer.startsWith("granted "), kind + ": " + answer);
        assertEquals("busy", other.tryAcquire(kind, there, name, Mode.EXCLUSIVE), kind.word());
        assertEquals("released", peer.release(name), kind.word());
        answer = other.tryAcquire(kind, there, name, Mode.EXCLUSIVE);
        assertTrue(answer.startsWith("granted "), kind + " after its release: " + answer);
      }
    } finally {
      other.kill();
      peer.kill();
    }
  }

  @Test
  void onAReadOnlyFileSystemThereIsAnErrorThatSaysSo() throws Exception {
    Peer peer = peerWith("mkdir ro && mount -t tmpfs -o ro t ro");
    try {
      for (Kind kind : ON_FILES) {
        String answer = peer.tryAcquire(kind, directory.resolve("ro"), "lock-1", Mode.EXCLUSIVE);
        assertTrue(answer.startsWith("failed "), kind + ": " + answer);
        assertTrue(answer.contains("ead-only file system"), kind + ": " + answer);
      }
      // The negative control: the same directory where nothing is mounted.
      assertTrue(
          Locks.of(directory.resolve("ro").resolve("lock"))
              .tryAcquire()
              .map(BadPlacesTest::close)
              .isPresent());
    } finally {
      peer.kill();
    }
  }

  private static Held close(Held held) {
    held.close();
    return held;
  }

  @Test
  void sharedMemoryIsRefusedOnAFileSystemThatIsNotKnown() throws Exception {
    Peer peer = peerWith("mkdir q && mount -t mqueue q q");
    try {
      String answer = peer.tryAcquire(Kinds.MEMORY, directory.resolve("q"), "1", Mode.EXCLUSIVE);
      assertTrue(answer.contains("of no use there"), answer);
      // Another kind is only warned of there, and finds out: message queues cannot be written to.
      String other = peer.tryAcquire(Kinds.FLOCK, directory.resolve("q"), "1", Mode.EXCLUSIVE);
      assertTrue(other.contains("EINVAL"), other);
    } finally {
      peer.kill();
    }
  }

  @Test
  void aScopeThatMeansNothingIsRefusedAndThePolicyDecides() throws Exception {
    FileSystems.Known nfs = new FileSystems.Known("nfs", FileSystems.Reach.NETWORK);
    assertThrows(IOException.class, () -> Scope.require(Kinds.PID_FILE, "x", nfs));
    Scope.require(Kinds.OFD, "x", nfs);
    try {
      System.setProperty(ScopeProbe.SCOPE_PROPERTY, "strict");
      assertThrows(IOException.class, () -> Scope.require(Kinds.OFD, "x", nfs));
      System.setProperty(ScopeProbe.SCOPE_PROPERTY, "off");
      Scope.require(Kinds.PID_FILE, "x", nfs);
    } finally {
      System.clearProperty(ScopeProbe.SCOPE_PROPERTY);
    }
  }

  @Test
  void withoutPermissionThereIsAnErrorThatSaysSo() throws Exception {
    Path locked = Files.createDirectory(directory.resolve("locked"));
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("rwxr-xr-x"));
    openTheWay(directory);
    try (AsUser nobody = AsUser.named("nobody")) {
      for (Kind kind : List.of(Kinds.OFD, Kinds.POSIX, Kinds.FLOCK, Kinds.FILE, Kinds.NFS)) {
        AccessDeniedException denied =
            assertThrows(
                AccessDeniedException.class,
                () -> nobody.call(() -> TestKinds.open(kind, locked, "lock").tryAcquire()),
                kind.word());
        assertTrue(String.valueOf(denied.getFile()).contains("lock"), denied::toString);
      }
    }
    try (var left = Files.list(locked)) {
      assertEquals(0, left.count());
    }
    assertTrue(Locks.of(locked.resolve("lock")).tryAcquire().map(BadPlacesTest::close).isPresent());
  }

  /** The test's directory is private; its parents are open to everybody. */
  private static void openTheWay(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "mail", "nfs"})
  void aHolderInAnotherPidNamespaceIsNotTakenForDeadByItsNumber(String word) throws Exception {
    Kind kind = Kinds.of(word).orElseThrow();
    HostLock lock = TestKinds.open(kind, directory, "lock");
    Path file = ((NamedFileLock<?>) lock).path();
    Peer inside =
        Peer.startBy(List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"));
    Peer outside = Peer.start();
    try {
      assertTrue(inside.tryAcquire(kind, directory, "lock", Mode.EXCLUSIVE).startsWith("granted "));
      LockFileReport report = LockFileReport.at(file).orElseThrow();
      // It calls itself 1 there: here that is somebody else, who would be asked in vain.
      assertEquals(1, recordOf(file).pid());
      assertFalse(report.dead(), report.why());
      assertEquals("busy", outside.tryAcquire(kind, directory, "lock", Mode.EXCLUSIVE));
      inside.kill();
      if (!kind.equals(Kinds.NFS)) {
        // Its flock on the file went with it, which proves its death in every namespace.
        assertTrue(outside.acquire(kind, directory, "lock", Mode.EXCLUSIVE).startsWith("granted "));
        return;
      }
      assertEquals("busy", outside.tryAcquire(kind, directory, "lock", Mode.EXCLUSIVE));
      assertFalse(LockFileReport.at(file).orElseThrow().dead());
      assertTrue(LockFileReport.breakLock(file, report.token()));
      assertTrue(
          outside.tryAcquire(kind, directory, "lock", Mode.EXCLUSIVE).startsWith("granted "));
    } finally {
      inside.kill();
      outside.close();
    }
  }

  private static HolderRecord recordOf(Path file) throws IOException {
    try (NamedFile named = NamedFile.in(file);
        FoundFile found = named.read()) {
      HolderRecord record = found == null ? null : found.record();
      assertNotEquals(null, record);
      return java.util.Objects.requireNonNull(record);
    }
  }

  /** Its start time is counted from another beginning than ours. */
  @Test
  void aHolderWhoseClockJumpedIsNotDeadAndAfterItsEndItIs() throws Exception {
    Peer jumped =
        Peer.startBy(List.of("unshare", "--time", "--boottime", "86400", "--monotonic", "86400"));
    Path file = directory.resolve("lock");
    HostLock lock = Locks.file(file);
    try {
      assertTrue(
          jumped.tryAcquire(Kinds.FILE, directory, "lock", Mode.EXCLUSIVE).startsWith("granted "));
      assertFalse(LockFileReport.at(file).orElseThrow().dead());
      assertTrue(lock.tryAcquire().isEmpty());
    } finally {
      jumped.kill();
    }
    assertTrue(lock.tryAcquire().map(BadPlacesTest::close).isPresent(), "it has ended");
  }

  /** No clock is asked: neither the time in the record, nor the age of the file, means anything. */
  @Test
  void theWallClockDecidesNothing() throws IOException {
    Path file = directory.resolve("lock");
    for (Instant since : List.of(Instant.EPOCH, Instant.parse("2999-01-01T00:00:00Z"))) {
      HolderRecord own = Self.record();
      HolderRecord live =
          new HolderRecord(
              own.pid(),
              own.startTicks(),
              own.boot(),
              own.machine(),
              own.host(),
              own.pidNamespace(),
              own.timeNamespace(),
              own.token(),
              since,
              own.command(),
              false);
      Files.write(file, live.toBytes());
      Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.from(since));
      Optional<Held> stolen = Locks.file(file).tryAcquire();
      assertTrue(stolen.isEmpty(), since::toString);
      Files.delete(file);
    }
  }
}
