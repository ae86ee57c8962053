package dev.holdfast.locks;

import dev.holdfast.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Another process that locks what it is told to. Each request is a line, and so is each answer; a
 * request that waits is answered when it is granted.
 */
public final class Peer {
  private final Process process;
  private final PrintWriter requests;
  private final BufferedReader answers;

  private Peer(Process process) {
    this.process = process;
    this.requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  public static Peer start() throws IOException {
    return startBy(List.of());
  }

  /** Starts it by way of a command that runs what is appended to it, in another place. */
  public static Peer startBy(List<String> prefix) throws IOException {
    ProcessBuilder peer = java(Peer.class);
    List<String> command = new ArrayList<>(prefix);
    command.addAll(peer.command());
    peer.command(command);
    return new Peer(peer.redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** A child JVM on this class path, made to start fast and to stay small. */
  public static ProcessBuilder java(Class<?> main, String... arguments) {
    return new ProcessBuilder(ChildJvm.commandWith(List.of("-Xmx128m"), main, arguments));
  }

  public long pid() {
    return process.pid();
  }

  /** Asks, and waits for the answer. */
  public String ask(String request) throws IOException {
    tell(request);
    return answer();
  }

  /** Asks without waiting for the answer. */
  public void tell(String request) {
    requests.println(request);
  }

  public String answer() throws IOException {
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the peer has ended");
    }
    return answer;
  }

  public String tryAcquire(Kind kind, Path directory, String name, Mode mode) throws IOException {
    return ask("try " + kind + " " + mode + " " + directory + " " + name);
  }

  public String acquire(Kind kind, Path directory, String name, Mode mode) throws IOException {
    return ask("acquire " + kind + " " + mode + " " + directory + " " + name);
  }

  public String release(String name) throws IOException {
    return ask("release " + name);
  }

  public void kill() throws InterruptedException {
    // First whatever the command that started it has started.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.waitFor();
  }

  public void close() throws InterruptedException {
    requests.close();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Map<String, Held> held = new HashMap<>();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String answer;
      try {
        answer = obey(line.split(" "), held);
      } catch (IOException | InterruptedException | RuntimeException e) {
        answer = "failed " + e;
      }
      System.out.println(answer);
    }
    held.values().forEach(Held::close);
  }

  private static String obey(String[] words, Map<String, Held> held)
      throws IOException, InterruptedException {
    return switch (words[0]) {
      case "try", "acquire", "fair" -> acquire(words, held);
      case "release" -> release(words[1], held);
      default -> "failed: what is " + words[0];
    };
  }

  private static String acquire(String[] words, Map<String, Held> held)
      throws IOException, InterruptedException {
    HostLock lock = TestKinds.open(TestKinds.of(words[1]), Path.of(words[3]), words[4]);
    lock = Mode.valueOf(words[2]) == Mode.SHARED ? lock.shared() : lock;
    lock = words[0].equals("fair") ? lock.fair() : lock;
    Optional<Held> got =
        words[0].equals("try")
            ? lock.tryAcquire()
            : lock.attempt(Duration.ofSeconds(60)) instanceof Outcome.Acquired(Held one)
                ? Optional.of(one)
                : Optional.empty();
    if (got.isEmpty()) {
      return "busy";
    }
    held.put(words[4], got.get().detach());
    return "granted " + got.get().token();
  }

  private static String release(String name, Map<String, Held> held) {
    Held one = held.remove(name);
    if (one == null) {
      return "not held";
    }
    one.close();
    return "released";
  }
}
