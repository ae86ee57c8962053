package dev.holdfast.junit;

import dev.holdfast.prove.OwnNamespace;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.opentest4j.TestAbortedException;

/** Starts the JVM that proves, as root or in a user namespace, and gets its answer. */
final class RunnerProcess {
  private static final int TAIL = 2000;

  private RunnerProcess() {}

  static Request.Answer ask(Request request) {
    List<String> command = new ArrayList<>();
    if (!isRoot()) {
      String forbidden = OwnNamespace.whyNot();
      if (forbidden != null) {
        return new Request.Impossible(forbidden);
      }
      command.addAll(OwnNamespace.start());
    }
    command.addAll(JavaCommand.main(Runner.class, List.of(), List.of()));
    Process process;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new UncheckedIOException("the JVM that proves cannot be started", e);
    }
    try {
      return answer(process, request);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new TestAbortedException("interrupted");
    } finally {
      process.destroyForcibly(); // Nothing is left of its worlds then.
    }
  }

  private static Request.Answer answer(Process process, Request request)
      throws InterruptedException {
    CompletableFuture<byte[]> out = all(process, true);
    CompletableFuture<byte[]> err = all(process, false);
    try {
      try (OutputStream to = process.getOutputStream();
          ObjectOutputStream objects = new ObjectOutputStream(to)) {
        objects.writeObject(request);
      } catch (IOException _) {
        // It ended before it heard all; how it ended says why.
      }
      int exit = process.waitFor();
      byte[] answer = out.join();
      if (exit != 0 || answer.length == 0) {
        throw new IllegalStateException(
            "the JVM that proves ended with " + exit + ": " + tail(err.join()));
      }
      try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(answer))) {
        return (Request.Answer) in.readObject();
      }
    } catch (IOException | ClassNotFoundException | CompletionException e) {
      throw new IllegalStateException("the JVM that proves answered something else", e);
    }
  }

  private static CompletableFuture<byte[]> all(Process process, boolean out) {
    CompletableFuture<byte[]> whole = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              ByteArrayOutputStream bytes = new ByteArrayOutputStream();
              try (var in = out ? process.getInputStream() : process.getErrorStream()) {
                in.transferTo(bytes);
                whole.complete(bytes.toByteArray());
              } catch (IOException e) {
                whole.completeExceptionally(e);
              }
            });
    return whole;
  }

  private static String tail(byte[] err) {
    String text = new String(err, Charset.defaultCharset()).strip();
    return text.substring(Math.max(0, text.length() - TAIL));
  }

  /** By the owner of this process's own directory: no foreign function is needed for that. */
  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | UnsupportedOperationException _) {
      return false; // No Linux: the namespace will say so.
    }
  }
}
