package dev.holdfast.cli.prove;

import dev.holdfast.cli.command.Durations;
import dev.holdfast.cli.command.GlobalOptions;
import dev.holdfast.cli.command.ProgressLine;
import dev.holdfast.cli.command.Terminal;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.libc.ShutdownHooks;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.report.ProofText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells how a proof goes while it goes: how long it may take, how far it is, and what was found, as
 * soon as that is known. When the user interrupts, the rest is cancelled, and the virtual machine
 * ends only after what there is was told.
 */
final class ProveWatch implements Progress, AutoCloseable {
  /** What takes less is not announced. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Where nobody watches, only a long proof tells before its end. */
  private static final Duration LONG = Duration.ofSeconds(20);

  /** The program has at most its own grace to be killed in, and the table is printed at once. */
  private static final long WAIT_SECONDS = 20;

  private final String command;
  private final PrintWriter messages;
  private final boolean quiet;
  private final @Nullable ProgressLine line;
  private final long start = System.nanoTime();
  private final Set<String> told = new HashSet<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread atExit = new Thread(this::cancel, "holdfast-interrupted");
  private volatile boolean cancelled;

  ProveWatch(String command, PrintWriter messages, GlobalOptions globals) {
    this.command = command;
    this.messages = messages;
    this.quiet = globals.quiet();
    this.line =
        quiet || !Terminal.watchesMessages()
            ? null
            : new ProgressLine(messages, Terminal.messageWidth());
    ShutdownHooks.add(atExit);
  }

  private void cancel() {
    cancelled = true;
    try {
      if (!done.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void step(String phase, int count, int total) {
    if (line != null && !cancelled) {
      line.step(phase, count, total);
    }
  }

  @Override
  public void expect(int windows, int kinds, Duration about) {
    if (about.compareTo(PATIENCE) > 0) {
      say(
          Text.count(windows, "window")
              + " of "
              + Text.count(kinds, "kind")
              + " to try, about "
              + Durations.rounded(about));
    }
  }

  @Override
  public synchronized void decided(WindowResult result) {
    boolean early = line != null || System.nanoTime() - start > LONG.toNanos();
    if (result.verdict() == Verdict.EXPLOITED && early) {
      String sentence = ProofText.brief(result);
      if (told.add(sentence)) {
        say(sentence + " [" + result.window().id() + "]");
      }
    }
  }

  private void say(String sentence) {
    if (quiet) {
      return;
    }
    String whole = command + ": " + Text.printable(sentence);
    if (line == null) {
      messages.println(whole);
      messages.flush();
    } else {
      line.say(whole);
    }
  }

  /** Everything was told: whoever wanted to end may end. */
  @Override
  public void close() {
    if (line != null) {
      line.close();
    }
    done.countDown();
    ShutdownHooks.remove(atExit);
  }
}
