package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.cli.command.Command;
import dev.holdfast.testing.ChildJvm;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** One run of a command in this process, and what it printed. */
public record CommandRun(int exit, String out, String err) {
  /** What starts the whole program in a process of its own. */
  static List<String> process(String... args) {
    return ChildJvm.command(Main.class, args);
  }

  public static CommandRun of(String name, Command command, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = new String[args.length + 1];
    all[0] = name;
    System.arraycopy(args, 0, all, 1, args.length);
    int exit =
        Main.run(
            () -> new CommandLine(new RootCommand().with(command).complete()),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            all);
    return new CommandRun(exit, out.toString(), err.toString());
  }

  /** One line for the user, nothing as a result. */
  public void assertRefused(int expected, String line) {
    assertEquals("", out);
    assertEquals(line + System.lineSeparator(), err);
    assertEquals(expected, exit);
  }
}
