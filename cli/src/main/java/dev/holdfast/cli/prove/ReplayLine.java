package dev.holdfast.cli.prove;

import dev.holdfast.cli.child.UserEnvironment;
import dev.holdfast.findings.terminal.Text;
import java.util.ArrayList;
import java.util.List;

/** The command line that runs one window again: what the user typed, with {@code --replay}. */
final class ReplayLine {
  private ReplayLine() {}

  /**
   * @param more further options, word by word
   */
  static String of(CaseOptions.OneCase what, List<String> argv, List<String> more, String window) {
    List<String> words = new ArrayList<>();
    words.add(System.getenv().getOrDefault(UserEnvironment.COMMAND, "holdfast"));
    words.add("prove");
    words.addAll(what.words());
    words.addAll(more);
    words.add("--replay");
    words.add(window);
    if (!argv.isEmpty()) {
      words.add("--");
      words.addAll(argv);
    }
    return Text.shellLine(words);
  }
}
