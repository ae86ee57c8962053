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

class FileFlagsTest {
  @TempDir Path temp;
  private int fd;

  @BeforeEach
  void open() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");
    fd = Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(file), Fcntl.O_RDONLY, 0).intValue();
    assumeTrue(FileFlags.getflags(fd).ok(), "the file system has no flags");
  }

  @AfterEach
  void close() {
    Unistd.close(fd);
  }

  /** statx(2) shows the same one. */
  @Test
  void aFlagThatIsSetIsThere() {
    int born = FileFlags.getflags(fd).value();
    assertEquals(0, born & FileFlags.FS_NODUMP_FL);
    assertTrue(FileFlags.setflags(fd, born | FileFlags.FS_NODUMP_FL).ok());
    assertEquals(born | FileFlags.FS_NODUMP_FL, FileFlags.getflags(fd).value());
    long nodump = 0x40;
    assertEquals(nodump, Statx.fstat(fd).value().attributes() & nodump);
    assertTrue(FileFlags.setflags(fd, born).ok());
    assertEquals(born, FileFlags.getflags(fd).value());
  }

  @Test
  void aProjectIsSetOrRefused() {
    Result<FileFlags.Fsxattr> born = FileFlags.fsgetxattr(fd);
    assumeTrue(born.ok(), "the file system has no extended flags");
    assertTrue(FileFlags.setproject(fd, born.value().project()).ok());
    SyscallResult set = FileFlags.setproject(fd, 42);
    assertEquals(
        set.ok() ? 42 : born.value().project(), FileFlags.fsgetxattr(fd).value().project());
    assertEquals(born.value().xflags(), FileFlags.fsgetxattr(fd).value().xflags());
  }

  @Test
  void whatHasNoneSaysSo() {
    int proc =
        Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/proc/version"), Fcntl.O_RDONLY, 0).intValue();
    assertTrue(FileFlags.getflags(proc).failed());
    assertTrue(FileFlags.fsgetxattr(proc).failed());
    assertTrue(FileFlags.setproject(proc, 1).failed());
    Unistd.close(proc);
    assertTrue(FileFlags.getflags(-1).is(Errno.EBADF));
    assertTrue(FileFlags.setflags(-1, 0).is(Errno.EBADF));
    assertTrue(FileFlags.fsgetxattr(-1).is(Errno.EBADF));
  }
}
