package dev.holdfast.prove.payload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A shared object for x86-64 whose initialisation function makes the marker: to load it is to run
 * it. It has no symbols.
 *
 * <p>Sources: elf(5), and the System V ABI's chapters on program loading and dynamic linking.
 */
final class SharedObject implements Payload {
  private static final int HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int PROGRAM_HEADERS = 2;
  private static final int CODE = HEADER + PROGRAM_HEADERS * PROGRAM_HEADER;
  private static final int PAGE = 0x1000;

  /** Where in a header stands what. */
  private static final int CLASS = 4;

  private static final int TYPE = 16;
  private static final int PROGRAM_HEADERS_AT = 32;
  private static final int PROGRAM_HEADER_SIZE = 54;
  private static final int PROGRAM_HEADER_COUNT = 56;

  private static final int CLASS_64 = 2;
  private static final short ET_DYN = 3;
  private static final short EM_X86_64 = 62;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_INTERP = 3;
  private static final int READ_WRITE_EXECUTE = 7;

  private static final long DT_STRTAB = 5;
  private static final long DT_SYMTAB = 6;
  private static final long DT_STRSZ = 10;
  private static final long DT_SYMENT = 11;
  private static final long DT_INIT = 12;
  private static final long SYMBOL = 24;

  /** {@code close(open(path, O_WRONLY | O_CREAT, 0666))}; the path's distance is filled in. */
  private static final byte[] INITIALISE = {
    0x48,
    (byte) 0x8d,
    0x3d,
    0,
    0,
    0,
    0, // lea rdi, [rip + path]
    (byte) 0xbe,
    0x41,
    0,
    0,
    0, // mov esi, O_WRONLY | O_CREAT
    (byte) 0xba,
    (byte) 0xb6,
    0x01,
    0,
    0, // mov edx, 0666
    (byte) 0xb8,
    2,
    0,
    0,
    0, // mov eax, __NR_open
    0x0f,
    0x05, // syscall
    (byte) 0x89,
    (byte) 0xc7, // mov edi, eax
    (byte) 0xb8,
    3,
    0,
    0,
    0, // mov eax, __NR_close
    0x0f,
    0x05, // syscall
    (byte) 0xc3, // ret
  };

  /** Where the distance stands, and from where it counts. */
  private static final int DISTANCE = 3;

  private static final int NEXT = 7;

  @Override
  public boolean replaces(Reader reader) {
    return reader.name().matches(".*\\.so(\\.[0-9]+)*")
        || reader.hasSuffix(".node")
        || isLibrary(reader.original());
  }

  /**
   * True if this begins like what is loaded into programs, whatever its name is. Who executes one
   * that needs no loader runs this one as well.
   */
  private static boolean isLibrary(byte[] original) {
    if (original.length < HEADER
        || original[0] != 0x7f
        || original[1] != 'E'
        || original[2] != 'L'
        || original[3] != 'F'
        || original[CLASS] != CLASS_64) {
      return false;
    }
    ByteBuffer file = ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN);
    if (file.getShort(TYPE) != ET_DYN) {
      return false;
    }
    long first = file.getLong(PROGRAM_HEADERS_AT);
    int size = Short.toUnsignedInt(file.getShort(PROGRAM_HEADER_SIZE));
    int count = Short.toUnsignedInt(file.getShort(PROGRAM_HEADER_COUNT));
    for (int i = 0; i < count; i++) {
      long at = first + (long) i * size;
      if (at < 0 || at > original.length - Integer.BYTES) {
        return true;
      }
      if (file.getInt((int) at) == PT_INTERP) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean isReadBy(Reader reader) {
    return false;
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) {
    byte[] path = (marker + '\0' + note + '\0').getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file = ByteBuffer.allocate(PAGE + 7 * 16).order(ByteOrder.LITTLE_ENDIAN);
    int strings = CODE + INITIALISE.length;
    header(file);
    // One part with all rights: the loader writes to the dynamic section, and the rest is run.
    programHeader(file, PT_LOAD, 0, file.capacity());
    programHeader(file, PT_DYNAMIC, PAGE, file.capacity() - PAGE);
    file.put(INITIALISE).put(path);
    file.putInt(CODE + DISTANCE, strings - (CODE + NEXT));
    file.position(PAGE);
    // The table of symbols is the one that must be there: a first entry of zeros.
    int symbols = (strings + path.length + 7) & ~7;
    entry(file, DT_STRTAB, symbols);
    entry(file, DT_SYMTAB, symbols);
    entry(file, DT_STRSZ, 1);
    entry(file, DT_SYMENT, SYMBOL);
    entry(file, DT_INIT, CODE);
    entry(file, 0, 0);
    return file.array();
  }

  private static void header(ByteBuffer file) {
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
    file.putShort(ET_DYN).putShort(EM_X86_64).putInt(1);
    file.putLong(CODE).putLong(HEADER).putLong(0).putInt(0);
    file.putShort((short) HEADER).putShort((short) PROGRAM_HEADER);
    file.putShort((short) PROGRAM_HEADERS).putShort((short) 64).putShort((short) 0);
    file.putShort((short) 0);
  }

  private static void programHeader(ByteBuffer file, int type, long offset, long size) {
    file.putInt(type).putInt(READ_WRITE_EXECUTE);
    file.putLong(offset).putLong(offset).putLong(offset);
    file.putLong(size).putLong(size).putLong(type == PT_LOAD ? PAGE : 8);
  }

  private static void entry(ByteBuffer file, long tag, long value) {
    file.putLong(tag).putLong(value);
  }
}
