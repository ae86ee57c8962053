package dev.holdfast.prove.code;

import dev.holdfast.findings.Place;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where in the source of a compiled program a call is made, if it was compiled with {@code -g}: the
 * innermost place on the stack to which a function of a library will return, and that the line
 * table of the program knows.
 *
 * <p>The stack is not unwound, which would take tables that are much larger: what stands on it is
 * believed if a call of a library's function stands right before it in the program. Of several the
 * one whose function's name is akin to the call's is taken, else the innermost.
 *
 * <p>Threads: only the tracer's.
 */
public final class CallSites {
  private static final int STACK = 16 << 10;
  private static final int LARGEST = 64 << 20;
  private static final int MAPS = 1 << 20;

  /** Functions whose names do not tell what they call. */
  private static final Map<String, List<String>> AKIN =
      Map.of(
          "open", List.of("creat", "mkstemp", "mkostemp", "opendir", "scandir", "ftw", "glob"),
          "unlink", List.of("remove"),
          "rmdir", List.of("remove"),
          "mkdir", List.of("mkdtemp"),
          "stat", List.of("ftw", "realpath", "glob"),
          "readlink", List.of("realpath"),
          "execve", List.of("exec", "posix_spawn"));

  private record Program(ElfProgram elf, LineTable lines) {}

  /** By device and inode; empty for those without a line table. */
  private final Map<String, Optional<Program>> programs = new HashMap<>();

  private final int hostProc;

  /**
   * @param hostProc a procfs in which the numbers of tasks are valid
   */
  public CallSites(int hostProc) {
    this.hostProc = hostProc;
  }

  /**
   * The line that makes a call.
   *
   * @param tid of a task that stands still right before it
   * @param call its name
   * @return null if it is not known
   */
  public Place.@Nullable Source of(int tid, String call) {
    Program program = program(tid);
    return program == null ? null : of(tid, program, stem(call));
  }

  private @Nullable Program program(int tid) {
    SyscallResult opened = Fcntl.openat(hostProc, Paths.bytes(tid + "/exe"), Fcntl.O_RDONLY, 0);
    if (opened.failed()) {
      return null;
    }
    int fd = opened.intValue();
    try {
      Result<Statx> stat = Statx.fstat(fd);
      if (stat.failed() || !stat.value().isRegular() || stat.value().size() > LARGEST) {
        return null;
      }
      Statx is = stat.value();
      String key = is.device() + ":" + is.inode() + ":" + is.mtimeSeconds() + "." + is.mtimeNanos();
      return programs
          .computeIfAbsent(key, _ -> Optional.ofNullable(read(fd, (int) is.size())))
          .orElse(null);
    } finally {
      Unistd.close(fd);
    }
  }

  private static @Nullable Program read(int fd, int size) {
    ElfProgram elf =
        ElfProgram.hasLineTable((from, length) -> bytes(fd, from, length))
            ? ElfProgram.of(bytes(fd, 0, size))
            : null;
    return elf == null ? null : new Program(elf, LineTable.of(elf));
  }

  private static byte[] bytes(int fd, long from, int most) {
    byte[] all = new byte[most];
    int done = 0;
    while (done < most) {
      SyscallResult got = Unistd.pread(fd, all, done, most - done, from + done);
      if (got.failed() || got.raw() == 0) {
        break;
      }
      done += got.intValue();
    }
    return Arrays.copyOf(all, done);
  }

  private String proc(String name, int most) {
    SyscallResult fd = Fcntl.openat(hostProc, Paths.bytes(name), Fcntl.O_RDONLY, 0);
    if (fd.failed()) {
      return "";
    }
    try {
      return new String(bytes(fd.intValue(), 0, most), StandardCharsets.ISO_8859_1);
    } finally {
      Unistd.close(fd.intValue());
    }
  }

  /** Where the program's own instructions are in memory. */
  private record Mapped(long start, long end, long offset) {}

  private @Nullable Mapped instructions(int tid) {
    String exe = "";
    Result<byte[]> name = Unistd.readlinkat(hostProc, Paths.bytes(tid + "/exe"));
    if (name.ok()) {
      exe = new String(name.value(), StandardCharsets.ISO_8859_1);
    }
    for (String line : proc(tid + "/maps", MAPS).split("\n", -1)) {
      String[] words = line.split(" +", 6);
      if (words.length == 6 && words[1].contains("x") && words[5].equals(exe)) {
        String[] range = words[0].split("-", 2);
        return new Mapped(hex(range[0]), hex(range[1]), hex(words[2]));
      }
    }
    return null;
  }

  private static long hex(String text) {
    return Long.parseUnsignedLong(text.replaceFirst("^0x", ""), 16);
  }

  private Place.@Nullable Source of(int tid, Program program, String stem) {
    String[] state = proc(tid + "/syscall", 256).strip().split(" ", -1);
    Mapped mapped = instructions(tid);
    if (state.length < 3 || mapped == null) {
      return null;
    }
    byte[] stack = new byte[STACK];
    SyscallResult got =
        Processes.process_vm_readv(tid, hex(state[state.length - 2]), stack, 0, STACK);
    ByteBuffer words =
        ByteBuffer.wrap(stack, 0, got.failed() ? 0 : got.intValue()).order(ByteOrder.LITTLE_ENDIAN);
    LineTable.Row innermost = null;
    while (words.remaining() >= 8) {
      long word = words.getLong();
      if (word > mapped.start && word < mapped.end) {
        long address = program.elf.addressOf(word - mapped.start + mapped.offset);
        String function = address < 0 ? "" : program.elf.calledBefore(address);
        LineTable.Row row = function.isEmpty() ? null : program.lines.at(address - 1);
        if (row != null && isAkin(function, stem)) {
          return source(row);
        }
        innermost = innermost == null ? row : innermost;
      }
    }
    return innermost == null ? null : source(innermost);
  }

  /** Without what tells the kernel's forms of a call apart: fchmodat2, newfstatat, openat2. */
  private static String stem(String call) {
    String bare = call.replaceFirst("^new", "").replaceFirst("[0-9]+$", "");
    String stem = bare.replaceFirst("(?<!cre)at$", "");
    return switch (stem) {
      case "fst", "st", "statx", "lstat", "fstat" -> "stat";
      case "fchmod" -> "chmod";
      case "fchown", "lchown" -> "chown";
      case "faccess" -> "access";
      default -> stem;
    };
  }

  private static boolean isAkin(String function, String stem) {
    return function.contains(stem)
        || AKIN.getOrDefault(stem, List.of()).stream().anyMatch(function::contains);
  }

  /** Below the working directory, which in a pipeline is the checkout, relative to it. */
  private static Place.Source source(LineTable.Row row) {
    try {
      Path here = Path.of("").toAbsolutePath();
      Path file = Path.of(row.file()).normalize();
      Path shown = file.startsWith(here) ? here.relativize(file) : file;
      return new Place.Source(shown.toString(), row.line(), 0);
    } catch (InvalidPathException notText) {
      return new Place.Source(row.file(), row.line(), 0);
    }
  }
}
