package dev.holdfast.cli.prove;

import dev.holdfast.cli.child.UserEnvironment;
import dev.holdfast.findings.terminal.Text;
import java.util.ArrayList;
import java.util.List;

/** The command line that runs one window again: what the user typed, with {@code --replay}. */
final class ReplayLine {
  private ReplayLine() {}

  static String of(CaseOptions options, String window) {
    return of(options, List.of(), window);
  }

  /**
   * @param more further options, word by word
   */
  static String of(CaseOptions options, List<String> more, String window) {
    List<String> words = new ArrayList<>();
    words.add(System.getenv().getOrDefault(UserEnvironment.COMMAND, "holdfast"));
    words.add("prove");
    words.addAll(options.words());
    words.addAll(more);
    words.add("--replay");
    words.add(window);
    if (!options.argv().isEmpty()) {
      words.add("--");
      words.addAll(options.argv());
    }
    return Text.shellLine(words);
  }
}
