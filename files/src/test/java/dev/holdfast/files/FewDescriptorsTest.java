package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.files.tree.ModeChange;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.libc.process.Rlimit;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tree work in deep trees where few files may be open. */
class FewDescriptorsTest {
  private static final int DEPTH = 300;

  @TempDir Path temp;

  /** Does all kinds of tree work with only so many descriptors to spare. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      Path base = Path.of(args[0]);
      int spare = Integer.parseInt(args[1]);
      work(base, 3);
      List<FileInputStream> taken = new ArrayList<>();
      long limit = Rlimit.get(Rlimit.RLIMIT_NOFILE).orThrow("prlimit64", "");
      while (limit - Host.openDescriptors() > spare) {
        taken.add(new FileInputStream("/dev/null"));
      }
      work(base, DEPTH);
      for (FileInputStream each : taken) {
        each.close();
      }
      System.out.println("ok");
    }

    private static void work(Path base, int depth) throws IOException {
      List<Directory> way = new ArrayList<>();
      try (Directory in = Directory.open(base)) {
        way.add(in.mkdirHeld("tree", 0700));
      }
      for (int i = 1; i < depth; i++) {
        try (Directory in = way.removeLast()) {
          in.create("file", 0600).close();
          in.symlink("file", "link");
          way.add(in.mkdirHeld("d", 0700));
        }
      }
      way.removeLast().close();
      Path copy = base.resolve("copy");
      TreeOptions options = TreeOptions.defaults();
      check(Trees.copy(base.resolve("tree"), copy, options), depth);
      check(Trees.chmod(copy, ModeChange.parse("go-rwx"), options), depth);
      check(Trees.delete(copy, options), depth);
      check(Trees.delete(base.resolve("tree"), options), depth);
    }

    private static void check(TreeReport report, int depth) {
      if (!report.complete() || report.done().directories() != depth) {
        throw new IllegalStateException(report.toString());
      }
    }
  }

  private void run(int limit, int spare) throws Exception {
    Host.assumeProgram("prlimit");
    ProcessBuilder java =
        Host.java(Child.class, temp.toString(), Integer.toString(spare)).redirectErrorStream(true);
    java.command().addAll(0, List.of("prlimit", "--nofile=" + limit + ":" + limit));
    Process process = java.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals("ok", said.strip().lines().reduce((one, last) -> last).orElse(""), said);
    assertEquals(0, process.waitFor());
    Host.end(process);
  }

  @Test
  void aLowLimitIsShared() throws Exception {
    run(64, 64);
  }

  /** Fewer than it would hold before it asks for the limit. */
  @ParameterizedTest
  @ValueSource(ints = {9, 14})
  void whereNearlyNoneIsLeftItGoesOnWithThose(int spare) throws Exception {
    run(128, spare);
  }
}
