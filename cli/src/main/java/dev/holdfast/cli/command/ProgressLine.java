package dev.holdfast.cli.command;

import dev.holdfast.libc.ShutdownHooks;
import dev.holdfast.prove.model.Progress;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * One line on a terminal that says how far the work has come. It appears only when the work takes
 * long enough to make one wonder, and is gone at the end, also when the user interrupts.
 */
public final class ProgressLine implements Progress, AutoCloseable {
  private static final long PATIENCE_NANOS = 500_000_000;
  private static final long BETWEEN_NANOS = 100_000_000;
  private static final int BAR = 30;
  private static final String ERASE = "\r\u001b[K";

  private final PrintWriter terminal;
  private final int width;
  private final Thread atExit = new Thread(this::erase, "progress-eraser");
  private long nextNanos = System.nanoTime() + PATIENCE_NANOS;
  private boolean shown;
  private String phase = "";
  private long phaseNanos;

  /** Work that may throw. */
  @FunctionalInterface
  public interface Work<T, E extends Exception> {
    T run(Progress progress) throws E;
  }

  /** Runs it, with such a line where somebody is there to see it and wants to. */
  public static <T, E extends Exception> T during(
      GlobalOptions globals, PrintWriter messages, Work<T, E> work) throws E {
    if (globals.quiet() || !Terminal.watchesMessages()) {
      return work.run(Progress.NONE);
    }
    try (ProgressLine line = new ProgressLine(messages, Terminal.messageWidth())) {
      return work.run(line);
    }
  }

  public ProgressLine(PrintWriter terminal, int width) {
    this.terminal = terminal;
    this.width = width;
    ShutdownHooks.add(atExit);
  }

  @Override
  public synchronized void step(String phase, int done, int total) {
    long now = System.nanoTime();
    if (now - nextNanos < 0) {
      return;
    }
    nextNanos = now + BETWEEN_NANOS;
    if (!phase.equals(this.phase)) {
      this.phase = phase;
      phaseNanos = now;
    }
    String line = line(phase, done, total) + rest(now - phaseNanos, done, total);
    terminal.print(ERASE + line.substring(0, Math.min(line.length(), width)));
    terminal.flush();
    shown = true;
  }

  /** How long the rest of this phase may take, once there is something to judge by. */
  public static String rest(long nanos, int done, int total) {
    if (total <= 0 || done <= 0 || done >= total || nanos < PATIENCE_NANOS) {
      return "";
    }
    Duration left = Duration.ofNanos((long) ((double) nanos / done * (total - done)));
    return ", about " + Durations.rounded(left) + " left";
  }

  /** A line that stays, above the one that does not. */
  public synchronized void say(String line) {
    erase();
    terminal.println(line);
    terminal.flush();
  }

  public static String line(String phase, int done, int total) {
    if (total <= 0) {
      return phase + " " + done;
    }
    int full = (int) ((long) BAR * Math.min(done, total) / total);
    return phase + " [" + "#".repeat(full) + ".".repeat(BAR - full) + "] " + done + "/" + total;
  }

  private synchronized void erase() {
    if (shown) {
      terminal.print(ERASE);
      terminal.flush();
      shown = false;
    }
  }

  @Override
  public void close() {
    erase();
    ShutdownHooks.remove(atExit);
  }
}
