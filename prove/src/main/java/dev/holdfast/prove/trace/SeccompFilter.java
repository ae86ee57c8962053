package dev.holdfast.prove.trace;

import dev.holdfast.libc.Arch;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Sysno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;

/**
 * The classic BPF program that lets a victim run at full speed except at the calls somebody wants
 * to see, seccomp(2).
 *
 * <p>Calls of another ABI (i386, x32) would bypass the list, so they stop the victim with {@link
 * #FOREIGN}; io_uring would do file operations with no system call to stop at, so it is refused
 * with {@code ENOSYS}, which programs take as an old kernel; so is clone3(2), whose flags a filter
 * cannot see, while clone(2) is looked at for a child that would not be followed; and calls that
 * change the host itself (modules, clock, swap) are refused with {@code EPERM}. Of mmap(2), if it
 * is wanted, only what is shared or is code stops the victim: all else is its own memory.
 */
public final class SeccompFilter {
  /** What a stop's data says: a call that was asked for. */
  public static final int WANTED = 1;

  /** What a stop's data says: a call of an ABI this tracer does not follow. */
  public static final int FOREIGN = 2;

  /** What a stop's data says: a clone(2) whose child would not be followed. */
  public static final int UNTRACED = 3;

  static final long CLONE_UNTRACED = 0x00800000;

  static final int INSTRUCTION_SIZE = 8;

  private static final int LOAD = 0x20;
  private static final int JUMP_EQUAL = 0x15;
  private static final int JUMP_GREATER_OR_EQUAL = 0x35;
  private static final int JUMP_IF_SET = 0x45;
  private static final int RETURN = 0x06;

  private static final int RET_ALLOW = 0x7fff0000;
  private static final int RET_TRACE = 0x7ff00000;
  private static final int RET_ERRNO = 0x00050000;

  private static final int OFFSET_NR = 0;
  private static final int OFFSET_ARCH = 4;

  /** The lower half of the first argument; both architectures are little-endian. */
  private static final int OFFSET_FIRST_ARGUMENT = 16;

  /** Likewise the third and the fourth. */
  private static final int OFFSET_PROTECTION = 32;

  private static final int OFFSET_FLAGS = 40;
  private static final int PROT_EXEC = 4;

  /** Set in MAP_SHARED and in MAP_SHARED_VALIDATE. */
  private static final int MAP_SHARED = 1;

  private static final int X32_BIT = 0x40000000;

  /** What no namespace contains: a victim with root's rights shall not change the host by it. */
  private static final List<Sysno> REFUSED =
      List.of(
          Sysno.INIT_MODULE,
          Sysno.FINIT_MODULE,
          Sysno.DELETE_MODULE,
          Sysno.KEXEC_LOAD,
          Sysno.KEXEC_FILE_LOAD,
          Sysno.REBOOT,
          Sysno.SETTIMEOFDAY,
          Sysno.CLOCK_SETTIME,
          Sysno.CLOCK_ADJTIME,
          Sysno.ADJTIMEX,
          Sysno.SWAPON,
          Sysno.SWAPOFF,
          Sysno.ACCT,
          Sysno.OPEN_BY_HANDLE_AT);

  private SeccompFilter() {}

  /** The program's instructions, as the kernel reads them. */
  public static byte[] program(Set<Sysno> wanted) {
    int[] numbers = wanted.stream().filter(Sysno::exists).mapToInt(s -> s.nr).sorted().toArray();
    if (numbers.length > 200) {
      throw new IllegalArgumentException("a jump in this filter reaches 255 instructions at most");
    }
    ByteBuffer code =
        ByteBuffer.allocate((numbers.length + REFUSED.size() + 26) * INSTRUCTION_SIZE)
            .order(ByteOrder.nativeOrder());
    // The list is followed by five returns: allow, wanted, foreign, absent, refused; by what looks
    // at the flags of clone; and by what looks at a mapping.
    List<Sysno> refused = REFUSED.stream().filter(Sysno::exists).toList();
    int list = 7 + refused.size();
    int firstReturn = list + numbers.length;
    put(code, LOAD, 0, 0, OFFSET_ARCH);
    put(code, JUMP_EQUAL, 0, firstReturn + 2 - 2, Arch.CURRENT.auditArch);
    put(code, LOAD, 0, 0, OFFSET_NR);
    put(code, JUMP_GREATER_OR_EQUAL, firstReturn + 2 - 4, 0, X32_BIT);
    put(code, JUMP_EQUAL, firstReturn + 3 - 5, 0, Sysno.IO_URING_SETUP.nr);
    put(code, JUMP_EQUAL, firstReturn + 3 - 6, 0, Sysno.CLONE3.nr);
    put(code, JUMP_EQUAL, firstReturn + 5 - 7, 0, Sysno.CLONE.nr);
    for (int i = 0; i < refused.size(); i++) {
      put(code, JUMP_EQUAL, firstReturn + 4 - (8 + i), 0, refused.get(i).nr);
    }
    for (int i = 0; i < numbers.length; i++) {
      int target = numbers[i] == Sysno.MMAP.nr ? firstReturn + 9 : firstReturn + 1;
      put(code, JUMP_EQUAL, target - (list + 1 + i), 0, numbers[i]);
    }
    put(code, RETURN, 0, 0, RET_ALLOW);
    put(code, RETURN, 0, 0, RET_TRACE | WANTED);
    put(code, RETURN, 0, 0, RET_TRACE | FOREIGN);
    put(code, RETURN, 0, 0, RET_ERRNO | Errno.ENOSYS.number);
    put(code, RETURN, 0, 0, RET_ERRNO | Errno.EPERM.number);
    put(code, LOAD, 0, 0, OFFSET_FIRST_ARGUMENT);
    put(code, JUMP_IF_SET, 0, 1, (int) CLONE_UNTRACED);
    put(code, RETURN, 0, 0, RET_TRACE | UNTRACED);
    put(code, RETURN, 0, 0, RET_ALLOW);
    put(code, LOAD, 0, 0, OFFSET_FLAGS);
    put(code, JUMP_IF_SET, 2, 0, MAP_SHARED);
    put(code, LOAD, 0, 0, OFFSET_PROTECTION);
    put(code, JUMP_IF_SET, 0, 1, PROT_EXEC);
    put(code, RETURN, 0, 0, RET_TRACE | WANTED);
    put(code, RETURN, 0, 0, RET_ALLOW);
    byte[] bytes = new byte[code.position()];
    code.flip().get(bytes);
    return bytes;
  }

  private static void put(ByteBuffer code, int operation, int ifTrue, int ifFalse, int value) {
    code.putShort((short) operation);
    code.put((byte) ifTrue);
    code.put((byte) ifFalse);
    code.putInt(value);
  }
}
