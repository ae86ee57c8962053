package dev.holdfast.prove.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Arch;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Sysno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The filter, run by an interpreter of classic BPF as bpf(4) and seccomp(2) describe it. */
class SeccompFilterTest {
  private static final int ALLOW = 0x7fff0000;
  private static final int TRACE = 0x7ff00000;
  private static final int ERRNO = 0x00050000;

  private static final Set<Sysno> WANTED =
      EnumSet.of(Sysno.OPENAT, Sysno.EXECVE, Sysno.UNLINKAT, Sysno.RENAMEAT2);

  private static int run(Set<Sysno> wanted, int nr, int arch, long... arguments) {
    return run(SeccompFilter.program(wanted), nr, arch, arguments);
  }

  private static int run(byte[] filter, int nr, int arch, long... arguments) {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    data.putInt(0, nr).putInt(4, arch).position(16);
    for (long argument : arguments) {
      data.putLong(argument);
    }
    ByteBuffer code = ByteBuffer.wrap(filter).order(ByteOrder.nativeOrder());
    int accumulator = 0;
    int steps = 0;
    for (int pc = 0; ; pc++) {
      assertTrue(++steps < 4096, "the program does not end");
      int at = pc * SeccompFilter.INSTRUCTION_SIZE;
      assertTrue(at < code.limit(), "a jump leaves the program");
      int operation = code.getShort(at) & 0xffff;
      int ifTrue = code.get(at + 2) & 0xff;
      int ifFalse = code.get(at + 3) & 0xff;
      int k = code.getInt(at + 4);
      switch (operation) {
        case 0x20 -> accumulator = data.getInt(k);
        case 0x15 -> pc += accumulator == k ? ifTrue : ifFalse;
        case 0x35 -> pc += Integer.compareUnsigned(accumulator, k) >= 0 ? ifTrue : ifFalse;
        case 0x45 -> pc += (accumulator & k) != 0 ? ifTrue : ifFalse;
        case 0x06 -> {
          return k;
        }
        default -> throw new AssertionError("no such instruction: " + operation);
      }
    }
  }

  private static int run(Sysno call) {
    return run(WANTED, call.nr, Arch.CURRENT.auditArch, 0);
  }

  @ParameterizedTest
  @EnumSource(Sysno.class)
  void everyCallIsStoppedAtRefusedOrLeftAlone(Sysno call) {
    if (!call.exists()) {
      return;
    }
    int expected =
        switch (call) {
          case IO_URING_SETUP, CLONE3 -> ERRNO | Errno.ENOSYS.number;
          case INIT_MODULE,
              FINIT_MODULE,
              DELETE_MODULE,
              KEXEC_LOAD,
              KEXEC_FILE_LOAD,
              REBOOT,
              SETTIMEOFDAY,
              CLOCK_SETTIME,
              CLOCK_ADJTIME,
              ADJTIMEX,
              SWAPON,
              SWAPOFF,
              ACCT,
              OPEN_BY_HANDLE_AT ->
              ERRNO | Errno.EPERM.number;
          default -> WANTED.contains(call) ? TRACE | SeccompFilter.WANTED : ALLOW;
        };
    assertEquals(expected, run(call), call::name);
  }

  @Test
  void whatIsNotWantedRunsAtFullSpeed() {
    assertEquals(ALLOW, run(EnumSet.noneOf(Sysno.class), Sysno.OPENAT.nr, arch(), 0));
    assertEquals(ALLOW, run(WANTED, 1023, arch(), 0));
  }

  private static int arch() {
    return Arch.CURRENT.auditArch;
  }

  @Test
  void anotherAbiIsForeignWhateverItsNumber() {
    int i386 = 0x40000003;
    for (int nr = 0; nr < 500; nr++) {
      assertEquals(TRACE | SeccompFilter.FOREIGN, run(WANTED, nr, i386, 0));
    }
    int x32 = 0x40000000;
    assertEquals(TRACE | SeccompFilter.FOREIGN, run(WANTED, x32 | Sysno.OPENAT.nr, arch(), 0));
    assertEquals(TRACE | SeccompFilter.FOREIGN, run(WANTED, -1, arch(), 0));
  }

  /** mmap(2): protection is the third argument, flags are the fourth. */
  @ParameterizedTest
  @CsvSource({
    "1, 2, false", // read, private
    "3, 2, false", // read and write, private
    "3, 34, false", // the same, anonymous
    "5, 2, true", // code
    "1, 1, true", // shared
    "3, 3, true", // shared, validated
  })
  void ofMappingsOnlyCodeAndWhatIsSharedStops(int protection, int flags, boolean stops) {
    Set<Sysno> wanted = EnumSet.of(Sysno.MMAP, Sysno.OPENAT, Sysno.WRITE);
    assertEquals(
        stops ? TRACE | SeccompFilter.WANTED : ALLOW,
        run(wanted, Sysno.MMAP.nr, arch(), 0, 4096, protection, flags));
    assertEquals(ALLOW, run(WANTED, Sysno.MMAP.nr, arch(), 0, 4096, protection, flags));
  }

  @Test
  void childThatWouldNotBeFollowedStops() {
    int nr = Sysno.CLONE.nr;
    assertEquals(ALLOW, run(WANTED, nr, arch(), 0x00010f00));
    assertEquals(
        TRACE | SeccompFilter.UNTRACED,
        run(WANTED, nr, arch(), SeccompFilter.CLONE_UNTRACED | 0x11));
  }

  @Test
  void listMayHaveEveryCall() {
    Set<Sysno> all = EnumSet.allOf(Sysno.class);
    for (Sysno call : Set.of(Sysno.READ, Sysno.STATX, Sysno.CLONE, Sysno.FCHMODAT2)) {
      assertEquals(TRACE | SeccompFilter.WANTED, run(all, call.nr, arch(), 0), call::name);
    }
    assertEquals(ALLOW, run(all, 1023, arch(), 0));
  }

  /** For schedules: whoever has mapped a file sees what others write there. */
  @ParameterizedTest
  @CsvSource({"1, 2, true", "3, 34, false", "3, 33, true", "5, 2, true"})
  void ofMappingsOfFilesAllStopIfAskedFor(int protection, int flags, boolean stops) {
    byte[] filter = SeccompFilter.program(EnumSet.of(Sysno.MMAP), true);
    assertEquals(
        stops ? TRACE | SeccompFilter.WANTED : ALLOW,
        run(filter, Sysno.MMAP.nr, arch(), 0, 4096, protection, flags));
  }
}
