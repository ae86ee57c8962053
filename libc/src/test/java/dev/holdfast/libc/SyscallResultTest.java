package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.process.Namespaces;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Spawn;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An error is a value: returned with the call, and never asked for later. */
class SyscallResultTest {
  private static final byte[] WITH_NUL = {'a', 0, 'b'};

  @TempDir Path directory;

  @Test
  void errorsStayWhatTheyWere() {
    SyscallResult first = Unistd.close(-1);
    SyscallResult second = Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/no/such"), 0, 0);
    SyscallResult third = Unistd.fsync(-1);
    assertSame(Errno.EBADF, first.errno());
    assertSame(Errno.ENOENT, second.errno());
    assertSame(Errno.EBADF, third.errno());
    assertTrue(second.is(Errno.ENOENT) && !second.is(Errno.EBADF) && second.failed());
    assertThrows(IllegalStateException.class, second::value);
  }

  @Test
  void successHasNoErrorEvenAfterAFailure() {
    Unistd.close(-1);
    SyscallResult good = Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/"), 0, 0);
    assertTrue(good.ok());
    assertSame(Errno.UNKNOWN, good.errno());
    assertEquals(0, Unistd.close(good.intValue()).value());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4096, Long.MAX_VALUE, -4096, Long.MIN_VALUE})
  void onlyTheLastPageIsErrors(long raw) {
    assertTrue(new SyscallResult(raw).ok());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -38, -4095})
  void lastPageIsErrors(long raw) {
    assertTrue(new SyscallResult(raw).failed());
  }

  static Stream<Arguments> exceptions() {
    return Stream.of(
        Arguments.of(Errno.ENOENT, NoSuchFileException.class),
        Arguments.of(Errno.EEXIST, FileAlreadyExistsException.class),
        Arguments.of(Errno.EACCES, AccessDeniedException.class),
        Arguments.of(Errno.EPERM, AccessDeniedException.class),
        Arguments.of(Errno.ENOTDIR, NotDirectoryException.class),
        Arguments.of(Errno.ENOTEMPTY, DirectoryNotEmptyException.class),
        Arguments.of(Errno.ELOOP, FileSystemLoopException.class),
        Arguments.of(Errno.EXDEV, FileSystemException.class));
  }

  @ParameterizedTest
  @MethodSource("exceptions")
  void exceptionIsTheOneNioHas(Errno errno, Class<? extends FileSystemException> type) {
    FileSystemException thrown =
        assertThrows(
            FileSystemException.class, () -> SyscallResult.failure(errno).orThrow("call", "/path"));
    assertInstanceOf(type, thrown);
    assertEquals("/path", thrown.getFile());
    Throwable told = thrown.getCause() == null ? thrown : thrown.getCause();
    assertTrue(String.valueOf(told.getMessage()).contains(errno.name()), told::toString);
    assertThrows(type, () -> Result.failure(errno).orThrow("call", "/path"));
  }

  @Test
  void errorNumbersAreTheCLibrarys() throws Exception {
    Path header = Path.of("/usr/include/asm-generic/errno-base.h");
    Path more = Path.of("/usr/include/asm-generic/errno.h");
    org.junit.jupiter.api.Assumptions.assumeTrue(
        Files.exists(header) && Files.exists(more), "needs the kernel's headers");
    int seen = 0;
    for (Path file : List.of(header, more)) {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split("\\s+", -1);
        if (words.length > 2 && words[0].equals("#define") && words[2].matches("[0-9]+")) {
          assertEquals(words[1], Errno.of(Integer.parseInt(words[2])).name());
          seen++;
        }
      }
    }
    assertTrue(seen > 100, "saw only " + seen);
  }

  static Stream<Arguments> callsWithNames() {
    byte[] good = Paths.bytes("x");
    int at = Fcntl.AT_FDCWD;
    return Stream.of(
        Arguments.of("openat", Fcntl.openat(at, WITH_NUL, Fcntl.O_CREAT, 0600)),
        Arguments.of("openat2", Fcntl.openat2(at, WITH_NUL, 0, 0, 0)),
        Arguments.of("fchmodat", Unistd.fchmodat(at, WITH_NUL, 0)),
        Arguments.of("fchmodat2", Unistd.fchmodat2(at, WITH_NUL, 0, 0)),
        Arguments.of("fchownat", Unistd.fchownat(at, WITH_NUL, -1, -1, 0)),
        Arguments.of("faccessat2", Unistd.faccessat2(at, WITH_NUL, 0, 0)),
        Arguments.of("mkdirat", Unistd.mkdirat(at, WITH_NUL, 0700)),
        Arguments.of("mknodat", Unistd.mknodat(at, WITH_NUL, 0600, 0)),
        Arguments.of("unlinkat", Unistd.unlinkat(at, WITH_NUL, 0)),
        Arguments.of("symlinkat target", Unistd.symlinkat(WITH_NUL, at, good)),
        Arguments.of("symlinkat name", Unistd.symlinkat(good, at, WITH_NUL)),
        Arguments.of("linkat", Unistd.linkat(at, WITH_NUL, at, good, 0)),
        Arguments.of("linkat name", Unistd.linkat(at, good, at, WITH_NUL, 0)),
        Arguments.of("renameat2", Unistd.renameat2(at, WITH_NUL, at, good, 0)),
        Arguments.of("renameat2 to", Unistd.renameat2(at, good, at, WITH_NUL, 0)),
        Arguments.of("utimensat", Unistd.utimensat(at, WITH_NUL, 0, 0, 0, 0, 0)),
        Arguments.of("chdir", Unistd.chdir(WITH_NUL)),
        Arguments.of("chroot", Unistd.chroot(WITH_NUL)),
        Arguments.of("fsetxattr", Xattr.fsetxattr(-1, WITH_NUL, good, 0)),
        Arguments.of("setxattr", Xattr.setxattr(WITH_NUL, good, good, 0)),
        Arguments.of("setxattr name", Xattr.setxattr(good, WITH_NUL, good, 0)),
        Arguments.of("fremovexattr", Xattr.fremovexattr(-1, WITH_NUL)),
        Arguments.of("removexattr", Xattr.removexattr(WITH_NUL, good)),
        Arguments.of("mount", Namespaces.mount(null, "a\0b", null, 0, null)),
        Arguments.of("mount data", Namespaces.mount(null, "x", null, 0, "a\0b")),
        Arguments.of("umount2", Namespaces.umount2("a\0b", 0)),
        Arguments.of("pivot_root", Namespaces.pivot_root("a\0b", "x")),
        Arguments.of("execve", Processes.execve(good, new byte[][] {WITH_NUL}, new byte[0][])),
        Arguments.of(
            "posix_spawn",
            Spawn.posix_spawn(good, new byte[][] {good}, new byte[][] {WITH_NUL}, 0)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("callsWithNames")
  void nameWithANulIsRefused(String call, SyscallResult result) {
    assertSame(Errno.EINVAL, result.errno(), call);
    assertFalse(Files.exists(Path.of("a")), "the kernel saw another name");
  }

  @Test
  void questionsAboutANameWithANulAreRefused() {
    assertTrue(Statx.statx(Fcntl.AT_FDCWD, WITH_NUL, 0, 0).is(Errno.EINVAL));
    assertTrue(Unistd.readlinkat(Fcntl.AT_FDCWD, WITH_NUL).is(Errno.EINVAL));
    assertTrue(Xattr.getxattr(WITH_NUL, Paths.bytes("user.x")).is(Errno.EINVAL));
    assertTrue(Xattr.fgetxattr(-1, WITH_NUL).is(Errno.EINVAL));
    assertTrue(Xattr.listxattr(WITH_NUL).is(Errno.EINVAL));
  }

  @Test
  void namesNeedNotBeText() throws Exception {
    byte[] name = {(byte) 0xff, '\n', (byte) 0x80, ' '};
    int parent =
        (int) Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(directory.toString()), 0, 0).value();
    int file = (int) Fcntl.openat(parent, name, Fcntl.O_CREAT | Fcntl.O_EXCL, 0600).value();
    Dirent.Batch batch = Dirent.getdents64(parent).value();
    assertEquals(1, batch.entries().size());
    assertArrayEquals(name, batch.entries().getFirst().name());
    assertTrue(Unistd.unlinkat(parent, name, 0).ok());
    assertTrue(Unistd.close(file).ok());
    assertTrue(Unistd.close(parent).ok());
  }
}
