package dev.holdfast.cli.command;

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

  /** As a message shows it: a word of no letters would not be seen. */
  public static String shown(String typed) {
    return typed.isEmpty() ? "''" : typed;
  }

  /**
   * The arguments as they were typed, in the form of {@link FileName#text}. What is not UTF-8 is
   * refused where nobody could do anything with it.
   *
   * @param any whether names may be any bytes
   * @param runs whether what comes after the first {@code --} is a program's, whose arguments may
   * @throws CommandFailure if another argument, or the working directory's name, did not arrive as
   *     it is
   */
  public static String[] of(boolean any, boolean runs, String... args) {
    String[] exact = args.clone();
    try {
      boolean program = false;
      for (int i = 0; i < args.length; i++) {
        String arg = args[i];
        if (arg.indexOf(UNDECODED) >= 0) {
          exact[i] = typed(args.length).get(i);
        }
        if (!any && !program && !exact[i].equals(arg)) {
          throw CommandFailure.usage(
              exact[i], "is not UTF-8, as the arguments of this command must be (EILSEQ)");
        }
        program |= runs && arg.equals("--");
      }
      String directory = System.getProperty("user.dir");
      if (directory.indexOf(UNDECODED) >= 0 && !workingDirectory().equals(directory)) {
        throw CommandFailure.usage(
            workingDirectory(),
            "this working directory's name is not UTF-8; start in another one (EILSEQ)");
      }
      return exact;
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
