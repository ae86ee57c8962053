package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Calls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each call means; its strings are read from this process's own memory. */
class OperationTest {
  private static final Arena MEMORY = Arena.global();
  private static final long ONE = MEMORY.allocateFrom("/one").address();
  private static final long TWO = MEMORY.allocateFrom("two").address();
  private static final long EMPTY = MEMORY.allocateFrom("").address();
  private static final long UNREADABLE = 8;

  private static Operation decode(Sysno sysno, Object... arguments) {
    long[] values = new long[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      values[i] = ((Number) arguments[i]).longValue();
    }
    return Operation.of(call(sysno, values));
  }

  private static Call call(Sysno sysno, long... values) {
    return Calls.of(Calls.task("0"), sysno, values);
  }

  /**
   * Arguments: {@code 1} and {@code 2} the two names, {@code d} and {@code e} two descriptors, a
   * number itself.
   *
   * @param operands what must be found, as {@code dirfd:name:follow}, with {@code cwd} for AT_FDCWD
   */
  @ParameterizedTest
  @CsvSource({
    "OPEN,         1 0,           OPEN,     cwd:/one:true",
    "OPEN,         1 0400000,     OPEN,     cwd:/one:false",
    "OPEN,         1 0300,        OPEN,     cwd:/one:false",
    "CREAT,        1 0600,        OPEN,     cwd:/one:true",
    "OPENAT,       d 2 0,         OPEN,     5:two:true",
    "OPENAT,       d 2 0400000,   OPEN,     5:two:false",
    "STAT,         1,             STAT,     cwd:/one:true",
    "LSTAT,        1,             STAT,     cwd:/one:false",
    "NEWFSTATAT,   d 2 0 0,       STAT,     5:two:true",
    "NEWFSTATAT,   d 2 0 0x100,   STAT,     5:two:false",
    "STATX,        d 2 0 0,       STAT,     5:two:true",
    "STATX,        d 2 0x100 0,   STAT,     5:two:false",
    "ACCESS,       1 4,           ACCESS,   cwd:/one:true",
    "ACCESS,       1 0,           STAT,     cwd:/one:true",
    "FACCESSAT,    d 2 4,         ACCESS,   5:two:true",
    "FACCESSAT,    d 2 0,         STAT,     5:two:true",
    "FACCESSAT2,   d 2 1 0x100,   ACCESS,   5:two:false",
    "FACCESSAT2,   d 2 0 0x100,   STAT,     5:two:false",
    "READLINK,     1,             READLINK, cwd:/one:false",
    "READLINKAT,   d 2,           READLINK, 5:two:false",
    "CHMOD,        1 0,           CHMOD,    cwd:/one:true",
    "FCHMODAT,     d 2 0,         CHMOD,    5:two:true",
    "FCHMODAT2,    d 2 0 0x100,   CHMOD,    5:two:false",
    "CHOWN,        1 0 0,         CHOWN,    cwd:/one:true",
    "LCHOWN,       1 0 0,         CHOWN,    cwd:/one:false",
    "FCHOWNAT,     d 2 0 0 0,     CHOWN,    5:two:true",
    "FCHOWNAT,     d 2 0 0 0x100, CHOWN,    5:two:false",
    "TRUNCATE,     1 0,           TRUNCATE, cwd:/one:true",
    "UTIME,        1 0,           TIMES,    cwd:/one:true",
    "UTIMES,       1 0,           TIMES,    cwd:/one:true",
    "FUTIMESAT,    d 2 0,         TIMES,    5:two:true",
    "UTIMENSAT,    d 2 0 0x100,   TIMES,    5:two:false",
    "SETXATTR,     1,             XATTR,    cwd:/one:true",
    "LSETXATTR,    1,             XATTR,    cwd:/one:false",
    "REMOVEXATTR,  1,             XATTR,    cwd:/one:true",
    "LREMOVEXATTR, 1,             XATTR,    cwd:/one:false",
    "GETXATTR,     1,             STAT,     cwd:/one:true",
    "LGETXATTR,    1,             STAT,     cwd:/one:false",
    "LISTXATTR,    1,             STAT,     cwd:/one:true",
    "LLISTXATTR,   1,             STAT,     cwd:/one:false",
    "SETXATTRAT,   d 2 0x100,     XATTR,    5:two:false",
    "GETXATTRAT,   d 2 0,         STAT,     5:two:true",
    "LISTXATTRAT,  d 2 0x100,     STAT,     5:two:false",
    "REMOVEXATTRAT, d 2 0,        XATTR,    5:two:true",
    "STATFS,       1 0,           STAT,     cwd:/one:true",
    "NAME_TO_HANDLE_AT, d 2 0 0 0, STAT,    5:two:false",
    "NAME_TO_HANDLE_AT, d 2 0 0 0x400, STAT, 5:two:true",
    "INOTIFY_ADD_WATCH, d 1 0,    STAT,     cwd:/one:true",
    "INOTIFY_ADD_WATCH, d 1 0x2000000, STAT, cwd:/one:false",
    "OPEN_TREE,    d 2 0,         OPEN,     5:two:true",
    "OPEN_TREE,    d 2 0x100,     OPEN,     5:two:false",
    "MOVE_MOUNT,   d 2 e 1 0,     MOUNT,    5:two:true 6:/one:false",
    "FSPICK,       d 2 0,         MOUNT,    5:two:true",
    "FSPICK,       d 2 0x2,       MOUNT,    5:two:false",
    "MKDIR,        1 0,           MKDIR,    cwd:/one:false",
    "MKDIRAT,      d 2 0,         MKDIR,    5:two:false",
    "MKNOD,        1 0 0,         MKNOD,    cwd:/one:false",
    "MKNODAT,      d 2 0 0,       MKNOD,    5:two:false",
    "UNLINK,       1,             UNLINK,   cwd:/one:false",
    "UNLINKAT,     d 2 0,         UNLINK,   5:two:false",
    "UNLINKAT,     d 2 0x200,     RMDIR,    5:two:false",
    "RMDIR,        1,             RMDIR,    cwd:/one:false",
    "RENAME,       1 2,           RENAME,   cwd:/one:false cwd:two:false",
    "RENAMEAT,     d 2 e 1,       RENAME,   5:two:false 6:/one:false",
    "RENAMEAT2,    d 2 e 1 1,     RENAME,   5:two:false 6:/one:false",
    "LINK,         1 2,           LINK,     cwd:/one:false cwd:two:false",
    "LINKAT,       d 2 e 1 0x400, LINK,     5:two:true 6:/one:false",
    "LINKAT,       d 2 e 1 0,     LINK,     5:two:false 6:/one:false",
    "SYMLINK,      2 1,           SYMLINK,  cwd:/one:false",
    "SYMLINKAT,    2 d 1,         SYMLINK,  5:/one:false",
    "EXECVE,       1 0 0,         EXEC,     cwd:/one:true",
    "EXECVEAT,     d 2 0 0 0,     EXEC,     5:two:true",
    "EXECVEAT,     d 2 0 0 0x100, EXEC,     5:two:false",
    "CHDIR,        1,             CHDIR,    cwd:/one:true",
    "CHROOT,       1,             CHROOT,   cwd:/one:true",
    "MOUNT,        2 1 2 0 0,     MOUNT,    cwd:/one:true",
    "UMOUNT2,      1 0,           MOUNT,    cwd:/one:true"
  })
  void namesOfEachCall(Sysno sysno, String arguments, Action action, String operands) {
    List<Object> values = new ArrayList<>();
    for (String argument : arguments.split(" ", -1)) {
      values.add(
          switch (argument) {
            case "1" -> ONE;
            case "2" -> TWO;
            case "d" -> 5;
            case "e" -> 6;
            default -> Long.decode(argument);
          });
    }
    Operation operation = decode(sysno, values.toArray());
    assertEquals(action, operation.action());
    assertEquals(operands, shown(operation));
  }

  private static String shown(Operation operation) {
    return String.join(
        " ",
        operation.operands().stream()
            .map(
                o ->
                    (o.dirfd() == Fcntl.AT_FDCWD ? "cwd" : o.dirfd())
                        + ":"
                        + Raw.of(o.path())
                        + ":"
                        + o.follow())
            .toList());
  }

  /** The table above must not lag behind the list of what is stopped at. */
  @Test
  void everyPathCallIsDecodedAsOne() {
    Set<Sysno> decoded = EnumSet.noneOf(Sysno.class);
    for (Sysno sysno : Operation.PATH_CALLS) {
      long how = MEMORY.allocate(24).address();
      Operation operation =
          Operation.of(
              sysno == Sysno.OPENAT2
                  ? call(sysno, 5, ONE, how, 24)
                  : call(sysno, ONE, ONE, ONE, ONE, 0, 0));
      if (!operation.operands().isEmpty()) {
        decoded.add(sysno);
      }
    }
    assertEquals(Operation.PATH_CALLS, decoded);
  }

  @Test
  void flagsOfOpenat2AreReadFromItsStructure() {
    MemorySegment how = MEMORY.allocate(24, 8);
    how.set(ValueLayout.JAVA_LONG, 0, Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_WRONLY);
    how.set(ValueLayout.JAVA_LONG, 16, Fcntl.RESOLVE_BENEATH);
    Operation operation = decode(Sysno.OPENAT2, 5, TWO, how.address(), 24);
    assertTrue(operation.exclusive());
    assertTrue(operation.writes());
    assertFalse(operation.reads());
    assertEquals(Fcntl.RESOLVE_BENEATH, operation.resolve());
    assertFalse(operation.operands().getFirst().follow());
  }

  @Test
  void unreadableNameIsNone() {
    assertEquals(List.of(), decode(Sysno.OPENAT, 5, UNREADABLE, 0).operands());
    assertEquals(List.of(), decode(Sysno.OPENAT, 5, 0, 0).operands());
    assertEquals(List.of(), decode(Sysno.RENAME, ONE, UNREADABLE).operands());
  }

  @Test
  void emptyNameAsksTheDescriptor() {
    int emptyPath = Fcntl.AT_EMPTY_PATH;
    assertEquals(List.of(), decode(Sysno.NEWFSTATAT, 5, EMPTY, 0, emptyPath).operands());
    assertEquals(Action.STAT, decode(Sysno.NEWFSTATAT, 5, EMPTY, 0, emptyPath).action());
    assertEquals(Action.DESCRIPTOR, decode(Sysno.FCHOWNAT, 5, EMPTY, 0, 0, emptyPath).action());
    assertEquals(Action.DESCRIPTOR, decode(Sysno.UTIMENSAT, 5, 0, 0, 0).action());
    // With a name in it the flag says nothing.
    assertEquals(1, decode(Sysno.NEWFSTATAT, 5, TWO, 0, emptyPath).operands().size());
  }

  @Test
  void longestNameIsReadWholeAndALongerOneIsNone() {
    String longest = "x".repeat(4095);
    long at = MEMORY.allocateFrom(longest).address();
    assertEquals(List.of(longest), decode(Sysno.OPEN, at, 0).names());
    long tooLong = MEMORY.allocateFrom("x".repeat(4096)).address();
    assertEquals(List.of(), decode(Sysno.OPEN, tooLong, 0).names());
  }
}
