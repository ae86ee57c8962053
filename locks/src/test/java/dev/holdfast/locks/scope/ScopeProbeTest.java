package dev.holdfast.locks.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.path.FileSystems;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScopeProbeTest {
  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource("dev.holdfast.locks.Kinds#all")
  void whateverIsNotGoodHasAReason(Kind kind) {
    for (FileSystems.Reach reach : FileSystems.Reach.values()) {
      ScopeProbe probe = ScopeProbe.judge(kind, new FileSystems.Known("fs", reach));
      assertEquals(probe.level() == ScopeProbe.Level.GOOD, probe.why().isEmpty(), probe::toString);
      if (reach == FileSystems.Reach.LOCAL) {
        assertEquals(ScopeProbe.Level.GOOD, probe.level());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ofd, NETWORK, WARN",
    "flock, NETWORK, WARN",
    "file, NETWORK, WARN",
    "nfs, NETWORK, GOOD",
    "mail, NETWORK, GOOD",
    "pid, NETWORK, REFUSE",
    "device, NETWORK, REFUSE",
    "memory, NETWORK, REFUSE",
    "ofd, OVERLAY, WARN",
    "ofd, USER_SPACE, WARN",
    "port, NETWORK, GOOD",
  })
  void whereAKindExcludes(String word, FileSystems.Reach reach, ScopeProbe.Level level) {
    Kind kind = Kinds.of(word).orElseThrow();
    assertEquals(level, ScopeProbe.judge(kind, new FileSystems.Known("fs", reach)).level());
  }

  @Test
  void realFileSystemsAreKnown() throws IOException {
    assertFalse(ScopeProbe.of(Kinds.OFD, directory.resolve("x")).fileSystem().isEmpty());
    assertEquals("tmpfs", ScopeProbe.of(Kinds.OFD, Path.of("/dev/shm/x")).fileSystem());
    assertThrows(
        NoSuchFileException.class, () -> ScopeProbe.of(Kinds.OFD, directory.resolve("missing/x")));
  }

  @Test
  void aPrivateDirectoryIsVerified() throws IOException {
    Path mine = Files.createDirectory(directory.resolve("mine"));
    Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("rwx------"));
    assertEquals(mine, LockDirectories.requirePrivate(mine));
    Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("rwxr-x---"));
    assertThrows(FileSystemException.class, () -> LockDirectories.requirePrivate(mine));
    Path link = Files.createSymbolicLink(directory.resolve("link"), mine);
    assertThrows(FileSystemException.class, () -> LockDirectories.requirePrivate(link));
  }
}
