package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class ManualPageTest {
  private static void add(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(sub -> add(sub, all));
  }

  @Test
  void everyCommandHasAPageWithAllOfItsOptions() {
    List<CommandLine> all = new ArrayList<>();
    add(Commands.commandLineFor(), all);
    assertTrue(all.size() > 18, "there are " + all.size());
    for (CommandLine command : all) {
      String page = ManualPage.of(command);
      for (String section :
          List.of("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO")) {
        assertTrue(page.contains("\n.SH " + section + "\n"), ManualPage.name(command));
      }
      for (OptionSpec option : command.getCommandSpec().options()) {
        String escaped = option.longestName().replace("-", "\\-");
        assertTrue(page.contains(escaped), option.longestName());
      }
      assertFalse(page.contains("${DEFAULT") || page.contains("${COMPLETION"), page);
      assertFalse(page.contains("%%"), page);
      page.lines()
          .forEach(
              line ->
                  assertTrue(
                      !line.startsWith("'")
                          && (!line.startsWith(".")
                              || line.matches("\\.(TH|SH|TP|B|BR|PP|nf|fi)( .*)?")),
                      line));
    }
  }

  @Test
  void examplesAreForTheShell() {
    String page = ManualPage.of(Commands.commandLineFor().getSubcommands().get("save"));
    assertTrue(page.contains("    trap \\(aqprintf %s \"$text\" | holdfast save"), page);
    assertEquals(1, page.split("\n\\.SH EXAMPLE\n", -1).length - 1);
  }
}
