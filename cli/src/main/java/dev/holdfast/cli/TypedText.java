package dev.holdfast.cli;

import dev.holdfast.files.Names;
import dev.holdfast.findings.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Names are bytes, and Java's arguments are not: it puts U+FFFD for what it cannot decode, which
 * would be the name of another file.
 */
final class TypedText {
  private static final char UNDECODED = '\uFFFD';

  private TypedText() {}

  /**
   * @throws CommandFailure if an argument, or the working directory's name, did not arrive as it is
   */
  static void check(String... args) {
    try {
      for (String arg : args) {
        if (arg.indexOf(UNDECODED) >= 0 && !typed().contains(arg)) {
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

  private static List<String> typed() throws IOException {
    return List.of(Names.decode(Files.readAllBytes(Path.of("/proc/self/cmdline"))).split("\0", -1));
  }

  private static String workingDirectory() throws IOException {
    return Names.of(Files.readSymbolicLink(Path.of("/proc/self/cwd")));
  }
}
