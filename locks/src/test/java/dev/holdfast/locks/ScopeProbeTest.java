package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
import org.junit.jupiter.params.provider.EnumSource;

class ScopeProbeTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
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
    "OFD, NETWORK, WARN",
    "FLOCK, NETWORK, WARN",
    "FILE, NETWORK, WARN",
    "NFS, NETWORK, GOOD",
    "MAIL, NETWORK, GOOD",
    "PID_FILE, NETWORK, REFUSE",
    "DEVICE, NETWORK, REFUSE",
    "MEMORY, NETWORK, REFUSE",
    "OFD, OVERLAY, WARN",
    "OFD, USER_SPACE, WARN",
    "PORT, NETWORK, GOOD",
  })
  void whereAKindExcludes(Kind kind, FileSystems.Reach reach, ScopeProbe.Level level) {
    assertEquals(level, ScopeProbe.judge(kind, new FileSystems.Known("fs", reach)).level());
  }

  @Test
  void realFileSystemsAreKnown() throws IOException {
    assertFalse(ScopeProbe.of(Kind.OFD, directory.resolve("x")).fileSystem().isEmpty());
    assertEquals("tmpfs", ScopeProbe.of(Kind.OFD, Path.of("/dev/shm/x")).fileSystem());
    assertThrows(
        NoSuchFileException.class, () -> ScopeProbe.of(Kind.OFD, directory.resolve("missing/x")));
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
