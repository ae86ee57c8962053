package dev.holdfast.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** How help is laid out. */
final class Usage {
  private Usage() {}

  /** Examples stay as they are, whatever the width: a command that is broken in two cannot run. */
  static CommandLine asPrinted(CommandLine command) {
    Map<String, IHelpSectionRenderer> sections = new LinkedHashMap<>(command.getHelpSectionMap());
    sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, Usage::footer);
    return command.setHelpSectionMap(sections);
  }

  private static String footer(CommandLine.Help help) {
    StringBuilder lines = new StringBuilder();
    for (String line : help.commandSpec().usageMessage().footer()) {
      lines.append(String.format(line)).append(System.lineSeparator());
    }
    return lines.toString();
  }
}
