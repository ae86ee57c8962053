package dev.holdfast.cli.command;

import dev.holdfast.findings.terminal.Text;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Names are bytes, and Java's arguments are not: it puts U+FFFD for what it cannot decode, which
 * would be the name of another file.
 */
public final class TypedText {
  private static final char UNDECODED = '\uFFFD';

  private TypedText() {}

  /**
   * Refuses names that are not what was typed.
   *
   * @throws CommandFailure if an argument, or the working directory's name, did not arrive as it is
   */
  public static void check(String... args) {
    try {
      for (int i = 0; i < args.length; i++) {
        String arg = args[i];
        if (arg.indexOf(UNDECODED) >= 0 && !typed(args.length).get(i).equals(arg)) {
          throw CommandFailure.usage(
              Text.printable(arg), "is not UTF-8, as names here must be; rename it first (EILSEQ)");
        }
      }
      String directory = System.getProperty("user.dir");
      if (directory.indexOf(UNDECODED) >= 0 && !workingDirectory().equals(directory)) {
        throw CommandFailure.usage(
            Text.printable(directory),
            "this working directory's name is not UTF-8; start in another one (EILSEQ)");
      }
    } catch (IOException unknown) {
      throw CommandFailure.undecided("/proc/self", String.valueOf(unknown.getMessage()));
    }
  }

  /** The last so many arguments of this process: before them are the virtual machine's. */
  private static List<String> typed(int count) throws IOException {
    String all = FileName.decode(Files.readAllBytes(Path.of("/proc/self/cmdline")));
    // Each ends with a NUL, the last one too: behind that is nothing.
    String[] strings = all.split("\0", -1);
    int end = strings.length - 1;
    return List.of(strings).subList(end - count, end);
  }

  private static String workingDirectory() throws IOException {
    return FileName.textOf(Files.readSymbolicLink(Path.of("/proc/self/cwd")));
  }
}
