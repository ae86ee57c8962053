package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxFsTest {
  @TempDir Path temp;
  private int fd;

  @BeforeEach
  void open() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");
    fd = Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(file), Fcntl.O_RDONLY, 0).intValue();
    assumeTrue(LinuxFs.getflags(fd).ok(), "the file system has no flags");
  }

  @AfterEach
  void close() {
    Unistd.close(fd);
  }

  /** statx(2) shows the same one. */
  @Test
  void aFlagThatIsSetIsThere() {
    int born = LinuxFs.getflags(fd).value();
    assertEquals(0, born & LinuxFs.FS_NODUMP_FL);
    assertTrue(LinuxFs.setflags(fd, born | LinuxFs.FS_NODUMP_FL).ok());
    assertEquals(born | LinuxFs.FS_NODUMP_FL, LinuxFs.getflags(fd).value());
    long nodump = 0x40;
    assertEquals(nodump, Statx.fstat(fd).value().attributes() & nodump);
    assertTrue(LinuxFs.setflags(fd, born).ok());
    assertEquals(born, LinuxFs.getflags(fd).value());
  }

  @Test
  void aProjectIsSetOrRefused() {
    Result<LinuxFs.Fsxattr> born = LinuxFs.fsgetxattr(fd);
    assumeTrue(born.ok(), "the file system has no extended flags");
    assertTrue(LinuxFs.setproject(fd, born.value().project()).ok());
    SyscallResult set = LinuxFs.setproject(fd, 42);
    assertEquals(set.ok() ? 42 : born.value().project(), LinuxFs.fsgetxattr(fd).value().project());
    assertEquals(born.value().xflags(), LinuxFs.fsgetxattr(fd).value().xflags());
  }

  @Test
  void whatHasNoneSaysSo() {
    int proc =
        Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/proc/version"), Fcntl.O_RDONLY, 0).intValue();
    assertTrue(LinuxFs.getflags(proc).failed());
    assertTrue(LinuxFs.fsgetxattr(proc).failed());
    assertTrue(LinuxFs.setproject(proc, 1).failed());
    Unistd.close(proc);
    assertTrue(LinuxFs.getflags(-1).is(Errno.EBADF));
    assertTrue(LinuxFs.setflags(-1, 0).is(Errno.EBADF));
    assertTrue(LinuxFs.fsgetxattr(-1).is(Errno.EBADF));
  }
}
