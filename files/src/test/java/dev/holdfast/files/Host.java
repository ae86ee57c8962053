package dev.holdfast.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Identity;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What tests need of the machine they run on. */
final class Host {
  private Host() {}

  static void assumeRoot(String why) {
    Assumptions.assumeTrue(Identity.geteuid() == 0, () -> "needs root: " + why);
  }

  /** How many rounds a race gets: {@code -Dholdfast.rounds} says for longer runs. */
  static int rounds(int usual) {
    return Integer.getInteger("holdfast.rounds", usual);
  }

  static void assumeProgram(String name) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    Assumptions.assumeTrue(
        Stream.of(path.split(":", -1)).anyMatch(d -> Files.isExecutable(Path.of(d, name))),
        () -> "needs the program " + name);
  }

  static void mkfifo(Path path) throws IOException {
    byte[] name = Names.encode(path.toString());
    Unistd.mknodat(Fcntl.AT_FDCWD, name, Statx.S_IFIFO | 0600, 0)
        .orThrow("mknodat", path.toString());
  }

  /** How many descriptors this process has open. */
  static long openDescriptors() throws IOException {
    try (Stream<Path> list = Files.list(Path.of("/proc/self/fd"))) {
      return list.count();
    }
  }

  /** Runs a command and answers what it printed. */
  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "hangs: " + String.join(" ", command));
    end(process);
    assertEquals(0, process.exitValue(), () -> String.join(" ", command) + ": " + output);
    return output;
  }

  /** Ends a child, and closes the pipes to it, which the JDK does only some time later. */
  static void end(Process process) throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    process.getOutputStream().close();
    process.getInputStream().close();
    process.getErrorStream().close();
  }

  /** A child JVM on this test's class path. */
  static ProcessBuilder java(Class<?> main, String... args) {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName());
    builder.command().addAll(List.of(args));
    return builder;
  }
}
