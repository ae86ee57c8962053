package dev.holdfast.prove.trace;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The smallest program that sleeps for a minute and exits: one page of code, no libraries, so that
 * to execute it, and to fork it, costs next to nothing. For x86-64.
 *
 * <p>Source: elf(5).
 */
final class SleeperProgram {
  private static final long BASE = 0x400000;
  private static final int HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int CODE = HEADER + PROGRAM_HEADER;
  private static final short ET_EXEC = 2;
  private static final short EM_X86_64 = 62;
  private static final int PT_LOAD = 1;
  private static final int READ_EXECUTE = 5;
  private static final long PAGE = 0x1000;
  private static final long SECONDS = 60;

  private static final String SLEEP =
      "488d3d19000000" // lea rdi, [rip + 25]: the time, right after the code
          + "31f6" // xor esi, esi
          + "b823000000" // mov eax, __NR_nanosleep
          + "0f05" // syscall
          + "31ff" // xor edi, edi
          + "b83c000000" // mov eax, __NR_exit
          + "0f05" // syscall
          + "0f05" // syscall: ours
          + "cccccccccc"; // int3

  /** Behind the call at this place there is a trap. */
  static final CallPlace CALL_PLACE = new CallPlace(BASE + CODE + 25, true);

  private SleeperProgram() {}

  private static byte[] file() {
    ByteBuffer file = ByteBuffer.allocate(CODE + 48).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
    file.putShort(ET_EXEC).putShort(EM_X86_64).putInt(1);
    file.putLong(BASE + CODE).putLong(HEADER).putLong(0).putInt(0);
    file.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 1);
    file.putShort((short) 64).putShort((short) 0).putShort((short) 0);
    file.putInt(PT_LOAD).putInt(READ_EXECUTE).putLong(0).putLong(BASE).putLong(BASE);
    file.putLong(file.capacity()).putLong(file.capacity()).putLong(PAGE);
    file.put(HexFormat.of().parseHex(SLEEP)).putLong(SECONDS).putLong(0);
    return file.array();
  }

  /**
   * Makes it a file in the world, new.
   *
   * @return false if it cannot be made there
   */
  static boolean create(byte[] path) {
    int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_CLOEXEC;
    SyscallResult opened = Fcntl.openat(Fcntl.AT_FDCWD, path, flags, 0700);
    if (opened.failed()) {
      return false;
    }
    byte[] file = file();
    SyscallResult written = Unistd.write(opened.intValue(), file, 0, file.length);
    Unistd.close(opened.intValue());
    boolean whole = written.ok() && written.raw() == file.length;
    if (!whole) {
      remove(path);
    }
    return whole;
  }

  static void remove(byte[] path) {
    Unistd.unlinkat(Fcntl.AT_FDCWD, path, 0);
  }

  /** Where it stands while it is started: on the world's own file system of devices. */
  static byte[] place() {
    return Paths.bytes("/dev/.holdfast");
  }
}
