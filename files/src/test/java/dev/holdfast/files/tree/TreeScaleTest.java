package dev.holdfast.files.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.Host;
import dev.holdfast.libc.process.Identity;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Large trees, in a JVM that could not keep their entries in memory, and trees that go away. For a
 * million entries see {@code bench/trees-million.sh}.
 */
class TreeScaleTest {
  private static final int IN_ONE_DIRECTORY = 60_000;
  private static final int DIRECTORIES = 400;
  private static final int FILES_IN_EACH = 50;
  private static final int ENTRIES = IN_ONE_DIRECTORY + 1 + DIRECTORIES * (FILES_IN_EACH + 1) + 1;

  /** In MiB: less than a path for each entry would take. */
  private static final int HEAP = 8;

  @TempDir Path dir;

  private Path large() throws IOException {
    Path tree = Files.createDirectory(dir.resolve("tree"));
    try (Directory held = Directory.open(tree)) {
      fill(held, "wide", IN_ONE_DIRECTORY);
      for (int i = 0; i < DIRECTORIES; i++) {
        fill(held, "d" + i, FILES_IN_EACH);
      }
    }
    return tree;
  }

  private static void fill(Directory in, String name, int files) throws IOException {
    try (Directory made = in.mkdirHeld(name, 0700)) {
      for (int i = 0; i < files; i++) {
        made.create("file-" + i, 0600).close();
      }
    }
  }

  private static String child(String what, Path tree) throws Exception {
    ProcessBuilder java = Host.java(Child.class, what, tree.toString());
    java.command().add(1, "-Xmx" + HEAP + "m");
    Process process = java.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    process.waitFor();
    Host.end(process);
    return output;
  }

  @Test
  void manyEntriesTakeLittleMemory() throws Exception {
    Path tree = large();
    // What keeps a path for each entry does not get through: else the bound says nothing.
    assertTrue(child("usual", tree).contains("OutOfMemoryError"), "the usual way got through");
    assertEquals("ok", child("holdfast", tree));
  }

  /** What is done with so little memory. */
  static final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut") // Its output is how it answers.
    public static void main(String[] args) throws IOException {
      Path tree = Path.of(args[1]);
      PrintStream out = System.out;
      if (args[0].equals("usual")) {
        try (Stream<Path> all = Files.walk(tree)) {
          out.println(all.toList().size());
        }
        return;
      }
      TreeOptions options = TreeOptions.defaults();
      Path copy = tree.resolveSibling("copy");
      isWhole(Trees.copy(tree, copy, options));
      isWhole(Trees.chmod(copy, ModeChange.to(0700), options));
      if (Identity.geteuid() == 0) {
        isWhole(Trees.chown(copy, new OwnerChange(1, OwnerChange.KEEP), options));
      }
      isWhole(Trees.walk(copy, options, entry -> TreeVisitor.Step.CONTINUE));
      isWhole(Trees.delete(copy, options));
      isWhole(Trees.delete(tree, options));
      out.println("ok");
    }

    private static void isWhole(TreeReport report) {
      assertTrue(report.complete(), () -> report.failures().toString());
      assertEquals(ENTRIES, report.done().entries());
    }
  }

  /** Others make and remove what is worked on: that is no failure. */
  @Test
  void entriesVanishUnderneath() throws Exception {
    Path tree = Files.createDirectory(dir.resolve("tree"));
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
    TreeOptions options = TreeOptions.defaults();
    long vanished = 0;
    int usualFailed = 0;
    Process coming = Host.java(ComingAndGoing.class, tree.toString()).start();
    try {
      assertEquals("ready", coming.inputReader(StandardCharsets.UTF_8).readLine());
      for (int i = 0; i < Host.rounds(300); i++) {
        Path copy = dir.resolve("copy");
        vanished += isComplete(Trees.copy(tree, copy, options));
        vanished += isComplete(Trees.chmod(tree, ModeChange.to(0755), options));
        vanished += isComplete(Trees.walk(tree, options, entry -> TreeVisitor.Step.CONTINUE));
        isComplete(Trees.delete(copy, options));
        vanished += isComplete(Trees.deleteContents(tree, options));
        usualFailed += usualWalkFails(tree) ? 1 : 0;
      }
      for (int i = 0; i < 100_000 && (usualFailed == 0 || vanished == 0); i++) {
        usualFailed += usualWalkFails(tree) ? 1 : 0;
        vanished += isComplete(Trees.chmod(tree, ModeChange.to(0755), options));
      }
    } finally {
      Host.end(coming);
    }
    System.out.printf(
        "a tree that comes and goes: %d entries vanished, no failure; Files.walk failed %d times%n",
        vanished, usualFailed);
    assertTrue(vanished > 0, "nothing ever vanished: this proves nothing");
    assertTrue(usualFailed > 0, "the usual way never failed: this proves nothing");
  }

  private static long isComplete(TreeReport report) {
    assertTrue(report.complete(), () -> report.failures().toString());
    return report.done().vanished();
  }

  private static boolean usualWalkFails(Path tree) {
    try (Stream<Path> all = Files.walk(tree)) {
      all.forEach(path -> {});
      return false;
    } catch (IOException | java.io.UncheckedIOException vanished) {
      return true;
    }
  }

  /** A process that makes and removes files and directories until it is killed. */
  static final class ComingAndGoing {
    private ComingAndGoing() {}

    @SuppressWarnings("SystemOut") // This is how it says that it began.
    public static void main(String[] args) throws IOException {
      System.out.println("ready");
      try (Directory tree = Directory.open(Path.of(args[0]))) {
        for (int i = 0; ; i = (i + 1) % 8) {
          String name = "d" + i;
          try {
            tree.mkdirs(name + "/deeper", 0755).close();
            for (int j = 0; j < 8; j++) {
              tree.create(name + "/deeper/f" + j, 0644).close();
            }
            Trees.delete(tree, "d" + (i + 4) % 8, TreeOptions.defaults());
          } catch (IOException removedOrThere) {
            // The others remove, too.
          }
        }
      }
    }
  }
}
