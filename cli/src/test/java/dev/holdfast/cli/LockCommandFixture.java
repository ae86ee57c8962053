package dev.holdfast.cli;

import dev.holdfast.locks.Held;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code holdfast lock}. */
@Timeout(60)
abstract class LockCommandFixture {
  @TempDir Path directory;
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  /** Without notes: whether there are any depends on the file system of the machine. */
  int run(String... args) {
    List<String> quiet = new ArrayList<>(List.of(args));
    quiet.add(1, "--quiet");
    String[] all = quiet.toArray(String[]::new);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
  }

  String path(String name) {
    return directory.resolve(name).toString();
  }

  /** The command in a process of its own. */
  ProcessBuilder start(String... args) {
    return new ProcessBuilder(CommandRun.process(args))
        .redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  boolean letGo(Held held) {
    held.close();
    return true;
  }
}
