package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {
  /** Prints how much of files it has in memory, before and after, and that it still works. */
  static final class Child {
    public static void main(String... args) throws IOException {
      long before = ofFiles();
      if (args[0].equals("give")) {
        IdleMemory.giveBack();
      }
      long after = ofFiles();
      System.gc();
      System.out.println(before + " " + after + " " + (Unistd.getpid() > 0));
    }

    private static long ofFiles() throws IOException {
      for (String line :
          Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("RssFile:")) {
          return Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      return -1;
    }
  }

  private static String[] run(String how) throws Exception {
    return Commands.run(ChildJvm.command(Child.class, how)).strip().split(" ");
  }

  /** Files are read, and classes loaded, by other threads too: only much less counts. */
  @Test
  void whatIsOnlyACopyOfFilesLeavesMemoryAndComesBack() throws Exception {
    String[] given = run("give");
    assertTrue(
        Long.parseLong(given[1]) < Long.parseLong(given[0]) * 3 / 4, String.join(" ", given));
    assertTrue(Boolean.parseBoolean(given[2]));

    String[] kept = run("keep");
    assertTrue(Long.parseLong(kept[1]) >= Long.parseLong(kept[0]) * 3 / 4, String.join(" ", kept));
  }
}
