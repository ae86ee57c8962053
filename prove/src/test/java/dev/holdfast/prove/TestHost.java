package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What tests need of the machine they run on, and a compiler. */
public final class TestHost {
  /** The attacker, by number. */
  public static final String ATTACKER = "65534";

  private TestHost() {}

  /** Worlds, and a second identity for the attacker. */
  public static void assumeRoot(String why) {
    Assumptions.assumeTrue(Identity.geteuid() == 0, () -> "needs root: " + why);
    Assumptions.assumeFalse(Host.inUserNamespace(), () -> "needs the host's root: " + why);
    String reason = Host.whyNot();
    Assumptions.assumeTrue(reason == null, () -> String.valueOf(reason));
  }

  public static void assumeX86() {
    Assumptions.assumeTrue(
        dev.holdfast.libc.Arch.CURRENT == dev.holdfast.libc.Arch.X86_64, "needs x86-64");
  }

  public static void assumeProgram(String name) {
    Assumptions.assumeTrue(isOnPath(name), () -> "needs " + name);
  }

  static boolean isOnPath(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
  }

  /** Compiles a C source from the test resources; the program has its name without {@code .c}. */
  public static Path compile(Path directory, String resource, String... options)
      throws IOException, InterruptedException {
    Path source = directory.resolve(resource);
    try (var in = TestHost.class.getResourceAsStream("/" + resource)) {
      Files.write(source, Objects.requireNonNull(in, resource).readAllBytes());
    }
    return compileSource(source, options);
  }

  /** Compiles a C source given as text. */
  public static Path compileText(Path directory, String name, String text, String... options)
      throws IOException, InterruptedException {
    Path source = directory.resolve(name + ".c");
    Files.writeString(source, text);
    return compileSource(source, options);
  }

  private static Path compileSource(Path source, String... options)
      throws IOException, InterruptedException {
    assumeProgram("cc");
    Path program = Path.of(source.toString().replaceAll("\\.c$", ""));
    List<String> command = new ArrayList<>(List.of("cc", "-O1", "-pthread"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", program.toString(), source.toString()));
    run(command);
    return program;
  }

  /** Runs a command that must succeed; answers what it printed. */
  public static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "hangs: " + command);
    assertEquals(0, process.exitValue(), () -> command + ": " + output);
    return output;
  }

  /** A child JVM on this test's class path. */
  public static List<String> java(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
