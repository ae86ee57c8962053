package dev.holdfast.cli.command;

import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Termios;

/** What is at the other end of our output. */
public final class Terminal {
  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  private Terminal() {}

  /** How to colour results: as asked, else only for a terminal whose user has not declined. */
  public static Painter painter(GlobalOptions.Color color) {
    return new Painter(
        switch (color) {
          case always -> true;
          case never -> false;
          case auto -> System.getenv("NO_COLOR") == null && isTerminal(STDOUT);
        });
  }

  /** True if somebody may be watching our messages, on a terminal that can rewrite a line. */
  public static boolean watchesMessages() {
    return isTerminal(STDERR);
  }

  /** How wide a message line may be. */
  public static int messageWidth() {
    Result<Termios.Winsize> size = Termios.tcgetwinsize(STDERR);
    return size.ok() && size.value().columns() > 0
        ? Math.min(size.value().columns() - 1, Text.WIDTH)
        : 79;
  }

  private static boolean isTerminal(int fd) {
    return !"dumb".equals(System.getenv("TERM")) && Termios.tcgetwinsize(fd).ok();
  }
}
