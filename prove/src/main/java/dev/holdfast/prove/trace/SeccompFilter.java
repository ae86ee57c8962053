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

  private static final int MAP_ANONYMOUS = 0x20;

  /** What there is beside the lists, with room to spare. */
  private static final int MOST_OF_THE_REST = 32;

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
    return program(wanted, false);
  }

  /**
   * The same.
   *
   * @param fileMaps whether each mapping of a file stops the victim, if mmap(2) is wanted
   */
  static byte[] program(Set<Sysno> wanted, boolean fileMaps) {
    List<Sysno> refused = REFUSED.stream().filter(Sysno::exists).toList();
    List<Sysno> listed =
        wanted.stream()
            .filter(call -> call.exists() && call != Sysno.MMAP && call != Sysno.CLONE)
            .toList();
    int instructions = 2 * (refused.size() + listed.size()) + MOST_OF_THE_REST;
    ByteBuffer code =
        ByteBuffer.allocate(instructions * INSTRUCTION_SIZE).order(ByteOrder.nativeOrder());
    put(code, LOAD, 0, 0, OFFSET_ARCH);
    put(code, JUMP_EQUAL, 1, 0, Arch.CURRENT.auditArch);
    put(code, RETURN, 0, 0, RET_TRACE | FOREIGN);
    put(code, LOAD, 0, 0, OFFSET_NR);
    put(code, JUMP_GREATER_OR_EQUAL, 0, 1, X32_BIT);
    put(code, RETURN, 0, 0, RET_TRACE | FOREIGN);
    answer(code, Sysno.IO_URING_SETUP, RET_ERRNO | Errno.ENOSYS.number);
    answer(code, Sysno.CLONE3, RET_ERRNO | Errno.ENOSYS.number);
    put(code, JUMP_EQUAL, 0, 4, Sysno.CLONE.nr);
    put(code, LOAD, 0, 0, OFFSET_FIRST_ARGUMENT);
    put(code, JUMP_IF_SET, 0, 1, (int) CLONE_UNTRACED);
    put(code, RETURN, 0, 0, RET_TRACE | UNTRACED);
    put(code, RETURN, 0, 0, wanted.contains(Sysno.CLONE) ? RET_TRACE | WANTED : RET_ALLOW);
    refused.forEach(call -> answer(code, call, RET_ERRNO | Errno.EPERM.number));
    listed.forEach(call -> answer(code, call, RET_TRACE | WANTED));
    if (wanted.contains(Sysno.MMAP)) {
      put(code, JUMP_EQUAL, 0, 7, Sysno.MMAP.nr);
      put(code, LOAD, 0, 0, OFFSET_FLAGS);
      put(code, JUMP_IF_SET, 4, 0, MAP_SHARED);
      put(code, JUMP_IF_SET, 2, fileMaps ? 3 : 0, MAP_ANONYMOUS);
      put(code, LOAD, 0, 0, OFFSET_PROTECTION);
      put(code, JUMP_IF_SET, 1, 0, PROT_EXEC);
      put(code, RETURN, 0, 0, RET_ALLOW);
      put(code, RETURN, 0, 0, RET_TRACE | WANTED);
    }
    put(code, RETURN, 0, 0, RET_ALLOW);
    byte[] bytes = new byte[code.position()];
    code.flip().get(bytes);
    return bytes;
  }

  private static void answer(ByteBuffer code, Sysno call, int action) {
    put(code, JUMP_EQUAL, 0, 1, call.nr);
    put(code, RETURN, 0, 0, action);
  }

  private static void put(ByteBuffer code, int operation, int ifTrue, int ifFalse, int value) {
    code.putShort((short) operation);
    code.put((byte) ifTrue);
    code.put((byte) ifFalse);
    code.putInt(value);
  }
}
