package dev.holdfast.lab.stage;

import dev.holdfast.libc.process.Processes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process of a scene. It says in lines how far it is, and goes on when it is told to, or when its
 * standard input ends; so the order in which several act is the director's and not the scheduler's.
 *
 * <p>Threads: the director's.
 */
public final class Actor implements AutoCloseable {
  /** A process that says nothing for so long is killed, and nothing is decided. */
  private static final long PATIENCE_SECONDS = 300;

  /** Where an actor's complaints stand, in its directory. */
  public static final String ERRORS = "errors";

  private final Process process;
  private final BufferedReader lines;
  private final PrintWriter input;

  private Actor(Process process) {
    this.process = process;
    this.lines = process.inputReader(StandardCharsets.UTF_8);
    this.input = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    var _ =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  public static Actor start(List<String> command, Path directory) throws IOException {
    return new Actor(
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(directory.resolve(ERRORS).toFile()))
            .start());
  }

  /** Its number as the kernel's tables have it. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it says next; waits for it. */
  public String says() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new IOException("a process of the scene ended without a word");
    }
    return line;
  }

  /** As {@link #says}, and it must be this. */
  public void mustSay(String line) throws IOException {
    String said = says();
    if (!said.equals(line)) {
      throw new IOException("a process of the scene should say '" + line + "', and says: " + said);
    }
  }

  /** Lets it go on to its end; all that it says until then. */
  public String rest() throws IOException {
    finish();
    return lines.readAllAsString();
  }

  /** Runs a program that needs no direction; all that it says. */
  public static String run(List<String> command, Path directory) throws IOException {
    try (Actor actor = start(command, directory)) {
      return actor.rest();
    }
  }

  /** Stops all its threads wherever they are, until {@link #wake}. */
  public void pause() throws IOException {
    signal(Processes.SIGSTOP);
  }

  /** Ends a {@link #pause}. */
  public void wake() throws IOException {
    signal(Processes.SIGCONT);
  }

  private void signal(int signal) throws IOException {
    Processes.kill(Math.toIntExact(process.pid()), signal)
        .orThrow("kill", Long.toString(process.pid()));
  }

  /** Lets it go on. */
  public void goOn() {
    input.println("go");
  }

  /** Lets it go on to its end. */
  public void finish() {
    input.close();
  }

  /** Waits for its end. */
  public int ends() throws InterruptedException {
    finish();
    return process.waitFor();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
