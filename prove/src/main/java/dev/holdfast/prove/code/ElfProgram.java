package dev.holdfast.prove.code;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A program of x86-64 as its file has it, elf(5): where it calls functions of libraries, and its
 * line table.
 *
 * <p>What is not as it should be is as if it were not there: the file may be anybody's.
 *
 * <p>Threads: only its maker's.
 */
final class ElfProgram {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F', 2, 1};
  private static final int HEADER = 64;
  private static final int PT_LOAD = 1;
  private static final int SHT_NOBITS = 8;
  private static final int SHF_COMPRESSED = 1 << 11;
  private static final int LARGEST = 64 << 20;

  /** A byte of zlib's becomes no more. */
  private static final int MOST_INFLATED = 1032;

  /** Where calls of functions of libraries go first. */
  private static final List<String> STUBS = List.of(".plt", ".plt.sec", ".plt.got");

  private static final int STUB_LENGTH = 16;
  private static final int CALL_LENGTH = 5;
  private static final int INDIRECT_CALL_LENGTH = 6;

  private record Section(int type, long flags, long address, int offset, int size) {
    boolean contains(long at) {
      return at >= address && at < address + size;
    }
  }

  private final ByteBuffer file;
  private final Map<String, Section> sections = new HashMap<>();

  /** The functions of libraries, by where their addresses are written. */
  private final Map<Long, String> imports = new HashMap<>();

  /** What of a file has to be read to know whether it has a section. */
  @FunctionalInterface
  interface Reader {
    /** Fewer if the file ends there. */
    byte[] read(long from, int length);
  }

  /** Whether it is worth while to read the whole of a file. */
  static boolean hasLineTable(Reader reader) {
    byte[] start = reader.read(0, HEADER);
    if (start.length < HEADER || Arrays.mismatch(start, ELF) != ELF.length) {
      return false;
    }
    ByteBuffer header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    int size = Short.toUnsignedInt(header.getShort(58));
    int count = Short.toUnsignedInt(header.getShort(60));
    int names = Short.toUnsignedInt(header.getShort(62));
    byte[] table = reader.read(header.getLong(40), size * count);
    if (size < HEADER || names >= count || table.length < size * count) {
      return false;
    }
    ByteBuffer all = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.clamp(all.getLong(names * size + 32), 0, LARGEST);
    byte[] texts = reader.read(all.getLong(names * size + 24), length);
    return new String(texts, StandardCharsets.ISO_8859_1).contains("\0.debug_line\0");
  }

  private ElfProgram(ByteBuffer file) {
    this.file = file;
  }

  /** Null if it is no such program. */
  static @Nullable ElfProgram of(byte[] bytes) {
    if (Arrays.mismatch(bytes, ELF) != ELF.length) {
      return null;
    }
    ElfProgram program = new ElfProgram(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    try {
      program.readSections();
      program.readImports(".rela.plt");
      program.readImports(".rela.dyn");
      return program;
    } catch (IndexOutOfBoundsException | ArithmeticException broken) {
      return null;
    }
  }

  private void readSections() {
    int headers = Math.toIntExact(file.getLong(40));
    int size = file.getShort(58);
    int count = Short.toUnsignedInt(file.getShort(60));
    int names = offset(headers, size, Short.toUnsignedInt(file.getShort(62)));
    for (int i = 0; i < count; i++) {
      int header = headers + i * size;
      Section section =
          new Section(
              file.getInt(header + 4),
              file.getLong(header + 8),
              file.getLong(header + 16),
              Math.toIntExact(file.getLong(header + 24)),
              Math.toIntExact(file.getLong(header + 32)));
      sections.putIfAbsent(text(file, names + file.getInt(header)), section);
    }
  }

  private int offset(int headers, int size, int index) {
    return Math.toIntExact(file.getLong(headers + index * size + 24));
  }

  private void readImports(String relocations) {
    ByteBuffer all = section(relocations);
    ByteBuffer symbols = section(".dynsym");
    ByteBuffer names = section(".dynstr");
    while (all.remaining() >= 24) {
      long where = all.getLong();
      int symbol = (int) (all.getLong() >>> 32);
      all.getLong();
      if (symbol != 0 && symbol * 24L + 24 <= symbols.limit()) {
        imports.put(where, text(names, symbols.getInt(symbol * 24)));
      }
    }
  }

  /** The contents of a section; empty if there is none. */
  ByteBuffer section(String name) {
    Section section = sections.get(name);
    if (section == null || section.type == SHT_NOBITS) {
      return ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
    }
    try {
      ByteBuffer raw = file.slice(section.offset, section.size).order(ByteOrder.LITTLE_ENDIAN);
      return (section.flags & SHF_COMPRESSED) == 0 ? raw : inflated(raw);
    } catch (IndexOutOfBoundsException broken) {
      return ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static ByteBuffer inflated(ByteBuffer raw) {
    int most = (int) Math.min(LARGEST, (long) raw.limit() * MOST_INFLATED);
    byte[] all = new byte[Math.clamp(raw.getLong(8), 0, most)];
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(raw.slice(24, raw.limit() - 24));
      int done = 0;
      while (done < all.length && !inflater.finished()) {
        int got = inflater.inflate(all, done, all.length - done);
        if (got == 0) {
          break;
        }
        done += got;
      }
      return ByteBuffer.wrap(all, 0, done).order(ByteOrder.LITTLE_ENDIAN);
    } catch (DataFormatException broken) {
      return ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** The address, as the file has it, of what stands at an offset; -1 if it is not loaded. */
  long addressOf(long offset) {
    try {
      int headers = Math.toIntExact(file.getLong(32));
      for (int i = 0; i < file.getShort(56); i++) {
        int header = headers + i * file.getShort(54);
        long from = file.getLong(header + 8);
        if (file.getInt(header) == PT_LOAD
            && offset >= from
            && offset < from + file.getLong(header + 32)) {
          return offset - from + file.getLong(header + 16);
        }
      }
    } catch (IndexOutOfBoundsException | ArithmeticException broken) {
      // Then nothing is.
    }
    return -1;
  }

  /**
   * The function of a library that is called right before an address to which it then returns;
   * empty if none is.
   */
  String calledBefore(long address) {
    try {
      ByteBuffer call = at(address - INDIRECT_CALL_LENGTH, INDIRECT_CALL_LENGTH);
      if (call == null) {
        return "";
      }
      if (call.get(0) == (byte) 0xff && call.get(1) == 0x15) {
        return imports.getOrDefault(address + call.getInt(2), "");
      }
      return call.get(1) == (byte) 0xe8 ? behindStub(address + call.getInt(2)) : "";
    } catch (IndexOutOfBoundsException broken) {
      return "";
    }
  }

  /** A stub jumps to the address that is written somewhere. */
  private String behindStub(long address) {
    for (String name : STUBS) {
      Section stubs = sections.get(name);
      if (stubs != null && stubs.contains(address)) {
        ByteBuffer stub = at(address, STUB_LENGTH);
        for (int i = 0; stub != null && i + CALL_LENGTH < STUB_LENGTH; i++) {
          if (stub.get(i) == (byte) 0xff && stub.get(i + 1) == 0x25) {
            return imports.getOrDefault(address + i + 6 + stub.getInt(i + 2), "");
          }
        }
      }
    }
    return "";
  }

  private @Nullable ByteBuffer at(long address, int length) {
    for (Section each : sections.values()) {
      if (each.type != SHT_NOBITS
          && each.address != 0
          && each.contains(address)
          && each.contains(address + length - 1)) {
        return file.slice(each.offset + (int) (address - each.address), length)
            .order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    return null;
  }

  /** A text that ends with a zero. */
  static String text(ByteBuffer in, int from) {
    int end = from;
    while (in.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - from];
    in.get(from, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
