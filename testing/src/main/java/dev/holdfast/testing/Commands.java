package dev.holdfast.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands. */
public final class Commands {
  private static final int SECONDS_UNTIL_IT_HANGS = 300;

  private Commands() {}

  /**
   * Runs a command that must succeed.
   *
   * @return what it printed, its errors among it
   */
  public static String run(String... command) throws IOException, InterruptedException {
    return run(List.of(command));
  }

  /** As {@link #run(String...)}. */
  public static String run(List<String> command) throws IOException, InterruptedException {
    Result result = tried(command);
    assertEquals(0, result.exit, () -> String.join(" ", command) + ": " + result.output);
    return result.output;
  }

  /**
   * How a command ended.
   *
   * @param output what it printed, its errors among it
   */
  public record Result(int exit, String output) {}

  /** Runs a command that may fail. */
  public static Result tried(String... command) throws IOException, InterruptedException {
    return tried(List.of(command));
  }

  private static Result tried(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(
        process.waitFor(SECONDS_UNTIL_IT_HANGS, TimeUnit.SECONDS),
        () -> "hangs: " + String.join(" ", command));
    end(process);
    return new Result(process.exitValue(), output);
  }

  /** Ends a child, and closes the pipes to it, which the JDK does only some time later. */
  public static void end(Process process) throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    process.getOutputStream().close();
    process.getInputStream().close();
    process.getErrorStream().close();
  }
}
