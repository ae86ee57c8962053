package dev.holdfast.prove.code;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * From addresses of a program to lines of its source: DWARF's {@code .debug_line}, versions 2 to 5.
 *
 * <p>Threads: immutable once made.
 */
final class LineTable {
  private static final int PATH = 1;
  private static final int DIRECTORY = 2;

  /** More nobody's program has, and a broken one may claim. */
  private static final int MOST_ROWS = 4_000_000;

  /**
   * @param file as the compiler was told it, below its directory
   * @param line 0 where a sequence ends
   */
  record Row(String file, int line) {}

  private final TreeMap<Long, Row> rows = new TreeMap<>();
  private final ByteBuffer lineTexts;
  private final ByteBuffer texts;

  private LineTable(ByteBuffer lineTexts, ByteBuffer texts) {
    this.lineTexts = lineTexts;
    this.texts = texts;
  }

  static LineTable of(ElfProgram program) {
    LineTable table =
        new LineTable(program.section(".debug_line_str"), program.section(".debug_str"));
    ByteBuffer all = program.section(".debug_line");
    try {
      while (all.remaining() > 4 && table.rows.size() < MOST_ROWS) {
        long length = Integer.toUnsignedLong(all.getInt());
        boolean wide = length == 0xffffffffL;
        length = wide ? all.getLong() : length;
        int end = Math.toIntExact(all.position() + length);
        ByteBuffer unit =
            all.slice(all.position(), Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
        all.position(end);
        table.new Unit(unit, wide).read();
      }
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | IllegalArgumentException
        | ArithmeticException broken) {
      // What came before it is as good as it was.
    }
    return table;
  }

  /** The line of an address; null if it is not known. */
  @Nullable Row at(long address) {
    Map.Entry<Long, Row> entry = rows.floorEntry(address);
    return entry == null || entry.getValue().line == 0 ? null : entry.getValue();
  }

  /** What one compilation left. */
  private final class Unit {
    private final ByteBuffer in;
    private final boolean wide;
    private final List<String> files = new ArrayList<>();
    private int version;

    Unit(ByteBuffer in, boolean wide) {
      this.in = in;
      this.wide = wide;
    }

    void read() {
      version = in.getShort();
      if (version < 2 || version > 5) {
        return;
      }
      if (version == 5) {
        in.getShort();
      }
      long headerLength = wide ? in.getLong() : Integer.toUnsignedLong(in.getInt());
      int program = Math.toIntExact(in.position() + headerLength);
      int shortest = unsigned();
      if (version >= 4) {
        unsigned();
      }
      in.get();
      int base = in.get();
      int range = unsigned();
      int opcodes = unsigned();
      int[] lengths = new int[opcodes];
      for (int i = 1; i < opcodes; i++) {
        lengths[i] = unsigned();
      }
      if (version == 5) {
        names5();
      } else {
        names();
      }
      in.position(program);
      run(shortest, base, range, opcodes, lengths);
    }

    private int unsigned() {
      return Byte.toUnsignedInt(in.get());
    }

    private String text() {
      int start = in.position();
      while (in.get() != 0) {
        // It ends with a zero.
      }
      return ElfProgram.text(in, start);
    }

    private long number() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        int next = unsigned();
        value |= shift < 64 ? (long) (next & 0x7f) << shift : 0;
        if ((next & 0x80) == 0) {
          return value;
        }
      }
    }

    private long signedNumber() {
      long value = 0;
      for (int shift = 0; ; ) {
        int next = unsigned();
        value |= shift < 64 ? (long) (next & 0x7f) << shift : 0;
        shift += 7;
        if ((next & 0x80) == 0) {
          return shift < 64 && (next & 0x40) != 0 ? value | -1L << shift : value;
        }
      }
    }

    private void names() {
      List<String> directories = new ArrayList<>(List.of(""));
      for (String name = text(); !name.isEmpty(); name = text()) {
        directories.add(name);
      }
      files.add("");
      for (String name = text(); !name.isEmpty(); name = text()) {
        files.add(below(directories, number(), name));
        number();
        number();
      }
    }

    private void names5() {
      List<String> directories = new ArrayList<>();
      for (Map.Entry<Integer, String> each : entries()) {
        // They stand below the first, where the compiler ran.
        directories.add(below(directories, 0, each.getValue()));
      }
      for (Map.Entry<Integer, String> each : entries()) {
        files.add(below(directories, each.getKey(), each.getValue()));
      }
    }

    /** The directory's number, and the name, of each. */
    private List<Map.Entry<Integer, String>> entries() {
      int formats = unsigned();
      long[][] format = new long[formats][];
      for (int i = 0; i < formats; i++) {
        format[i] = new long[] {number(), number()};
      }
      long count = formats == 0 ? 0 : number();
      List<Map.Entry<Integer, String>> all = new ArrayList<>();
      for (long i = 0; i < count && all.size() < MOST_ROWS; i++) {
        int directory = 0;
        String path = "";
        for (long[] each : format) {
          Object value = value((int) each[1]);
          if (each[0] == PATH && value instanceof String text) {
            path = text;
          } else if (each[0] == DIRECTORY && value instanceof Long number) {
            directory = number.intValue();
          }
        }
        all.add(Map.entry(directory, path));
      }
      return all;
    }

    private Object value(int form) {
      return switch (form) {
        case 0x08 -> text();
        case 0x1f -> ElfProgram.text(lineTexts, reference());
        case 0x0e -> ElfProgram.text(texts, reference());
        case 0x0f -> number();
        case 0x0b -> (long) unsigned();
        case 0x05 -> (long) Short.toUnsignedInt(in.getShort());
        case 0x06 -> Integer.toUnsignedLong(in.getInt());
        case 0x07 -> in.getLong();
        case 0x1e -> {
          in.position(in.position() + 16);
          yield 0L;
        }
        case 0x09 -> {
          in.position(Math.toIntExact(number() + in.position()));
          yield 0L;
        }
        default -> throw new IllegalArgumentException("no form of line tables: " + form);
      };
    }

    private int reference() {
      return Math.toIntExact(wide ? in.getLong() : Integer.toUnsignedLong(in.getInt()));
    }

    private static String below(List<String> directories, long directory, String name) {
      String above =
          name.startsWith("/") || directory >= directories.size()
              ? ""
              : directories.get((int) directory);
      return above.isEmpty() ? name : above + "/" + name;
    }

    /** The machine of the standard, section 6.2. */
    private void run(int shortest, int base, int range, int opcodes, int[] lengths) {
      long address = 0;
      int file = 1;
      int line = 1;
      while (in.hasRemaining()) {
        int opcode = unsigned();
        if (opcode >= opcodes) {
          int step = opcode - opcodes;
          address += (long) (step / range) * shortest;
          line += base + step % range;
          emit(address, file, line);
          continue;
        }
        switch (opcode) {
          case 0 -> {
            int length = Math.toIntExact(number());
            int next = in.position() + length;
            int extended = length == 0 ? -1 : unsigned();
            if (extended == 1) {
              rows.putIfAbsent(address, new Row("", 0));
              address = 0;
              file = 1;
              line = 1;
            } else if (extended == 2) {
              address = in.getLong();
            }
            in.position(next);
          }
          case 1 -> emit(address, file, line);
          case 2 -> address += number() * shortest;
          case 3 -> line += (int) signedNumber();
          case 4 -> file = (int) number();
          case 8 -> address += (long) ((255 - opcodes) / range) * shortest;
          case 9 -> address += Short.toUnsignedInt(in.getShort());
          default -> {
            for (int i = 0; i < lengths[opcode]; i++) {
              number();
            }
          }
        }
      }
    }

    private void emit(long address, int file, int line) {
      if (rows.size() < MOST_ROWS) {
        String name = file >= 0 && file < files.size() ? files.get(file) : "";
        rows.put(address, new Row(name, name.isEmpty() ? 0 : Math.max(line, 0)));
      }
    }
  }
}
