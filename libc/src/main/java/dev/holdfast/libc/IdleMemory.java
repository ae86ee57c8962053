package dev.holdfast.libc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Memory that a process which only waits need not keep, {@code malloc_trim}(3) and madvise(2).
 *
 * <p>What of the virtual machine's own files is in memory unchanged (its code, its archive of
 * classes) comes back when it is touched, from the page cache. Other mappings are left alone: one
 * that another thread puts in the place of a mapping that it has removed meanwhile would lose what
 * is in it.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class IdleMemory {
  private static final Path SMAPS = Path.of("/proc/self/smaps");
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_NOHUGEPAGE = 15;

  private IdleMemory() {}

  /** Gives it back. Only good where nothing much is done for some time. */
  public static void giveBack() throws IOException {
    trimHeap();
    String home = System.getProperty("java.home") + "/";
    Mapping mapping = null;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(SMAPS), StandardCharsets.ISO_8859_1))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("VmFlags:")) {
          if (mapping != null) {
            mapping.giveBack();
          }
        } else if (line.indexOf('-') > 0 && !line.startsWith("THP")) {
          mapping = Mapping.of(line, home);
        } else if (mapping != null && mapping.isChangedBy(line)) {
          mapping = null;
        }
      }
    }
  }

  /** What the C library has freed, and kept. */
  private static void trimHeap() {
    try (Scratch scratch = Scratch.open()) {
      CFunction.named("malloc_trim").call(scratch, 0);
    } catch (UnsupportedOperationException notThisLibrary) {
      return;
    }
  }

  /** A mapping of the virtual machine's own files that nobody writes to. */
  private record Mapping(long from, long to) {
    static @Nullable Mapping of(String line, String home) {
      int perms = line.indexOf(' ') + 1;
      int path = line.indexOf('/');
      if (perms == 0 || line.charAt(perms + 1) == 'w' || path < 0) {
        return null;
      }
      String file = line.substring(path);
      if (!file.startsWith(home) && !file.endsWith(".aot")) {
        return null;
      }
      int dash = line.indexOf('-');
      return new Mapping(
          Long.parseUnsignedLong(line.substring(0, dash), 16),
          Long.parseUnsignedLong(line.substring(dash + 1, perms - 1), 16));
    }

    /** True for a line that says that some of it is no copy of the file any more. */
    boolean isChangedBy(String line) {
      return line.startsWith("Anonymous:") && !line.endsWith(" 0 kB");
    }

    void giveBack() {
      // Without them it stays as it was. Of a file in huge pages, one touch would bring back 2 MiB.
      Kernel.call(Sysno.MADVISE, from, to - from, MADV_NOHUGEPAGE);
      Kernel.call(Sysno.MADVISE, from, to - from, MADV_DONTNEED);
    }
  }
}
