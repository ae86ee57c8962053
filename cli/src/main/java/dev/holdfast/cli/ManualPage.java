package dev.holdfast.cli;

import dev.holdfast.cli.command.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Writes the help of a command as a manual page, man(7). */
final class ManualPage {
  private static final String FILES_AND_ENVIRONMENT =
      """
      .SH ENVIRONMENT
      .TP
      .B TMPDIR
      Where temporary files are made, if it can be trusted.
      .TP
      .B NO_COLOR
      Without \\-\\-color, nothing is coloured.
      .TP
      .B HOLDFAST_JAVA_HOME
      In a checkout: the JDK to use.
      """;

  private final StringBuilder text = new StringBuilder();
  private final CommandSpec spec;

  private ManualPage(CommandLine command) {
    this.spec = command.getCommandSpec();
  }

  /**
   * @param command with all of its sub-commands
   */
  static String of(CommandLine command) {
    return new ManualPage(command).write(command);
  }

  /** {@code holdfast-tree-rm}. */
  static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName("-");
  }

  private String write(CommandLine command) {
    UsageMessageSpec help = spec.usageMessage();
    line(
        ".TH "
            + name(command).toUpperCase(Locale.ROOT).replace("-", "\\-")
            + " 1 \"\" \"Holdfast "
            + escaped(Version.number())
            + "\" \"Holdfast\"");
    section("NAME");
    String[] description = help.description();
    line(escaped(name(command)) + " \\- " + escaped(summary(description)));
    section("SYNOPSIS");
    line(".nf");
    for (String each : synopsis(command)) {
      line(escaped(each));
    }
    line(".fi");
    section("DESCRIPTION");
    for (String paragraph : description) {
      line(paragraph.isEmpty() ? ".PP" : escaped(percent(paragraph)));
    }
    for (PositionalParamSpec operand : spec.positionalParameters()) {
      if (!operand.hidden()) {
        entry(operand.paramLabel(), String.join(" ", operand.description()));
      }
    }
    if (!command.getSubcommands().isEmpty()) {
      section("COMMANDS");
      command
          .getSubcommands()
          .forEach(
              (name, sub) ->
                  entry(name, summary(sub.getCommandSpec().usageMessage().description())));
    }
    section("OPTIONS");
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        entry(names(option), String.join(" ", option.description()));
      }
    }
    section("EXIT STATUS");
    for (Map.Entry<String, String> status : help.exitCodeList().entrySet()) {
      entry(status.getKey(), status.getValue());
    }
    text.append(FILES_AND_ENVIRONMENT);
    examples(help.footer());
    section("SEE ALSO");
    List<String> others = new ArrayList<>();
    if (command.getParent() != null) {
      others.add(name(command.getParent()));
    }
    command.getSubcommands().values().forEach(sub -> others.add(name(sub)));
    others.replaceAll(other -> ".BR " + escaped(other) + " (1)");
    line(String.join(",\n", others.isEmpty() ? List.of(".BR flock (1)") : others));
    return text.toString();
  }

  /** picocli's own, or ours, without the word before it. */
  private static List<String> synopsis(CommandLine command) {
    String[] custom = command.getCommandSpec().usageMessage().customSynopsis();
    String all =
        custom.length > 0
            ? String.join("\n", custom)
            : new Help(command.getCommandSpec(), Help.defaultColorScheme(Help.Ansi.OFF))
                .synopsis(0);
    return all.lines().map(line -> line.replaceFirst("^(usage:| {6}) ", "")).toList();
  }

  /** Examples with what is said of them; of {@code prove} its words, too. */
  private void examples(String... footer) {
    boolean asIs = false;
    for (String line : footer) {
      if (line.matches("[A-Z][a-z]+:")) {
        asIs = asIs(asIs, false);
        section(line.substring(0, line.length() - 1).toUpperCase(Locale.ROOT));
        asIs = asIs(asIs, true);
      } else {
        asIs = asIs(asIs, true);
        line(escaped(percent(line)));
      }
    }
    asIs(asIs, false);
  }

  private boolean asIs(boolean before, boolean after) {
    if (before != after) {
      line(after ? ".nf" : ".fi");
    }
    return after;
  }

  private static String names(OptionSpec option) {
    String names = String.join(", ", option.names());
    return option.arity().max() > 0 ? names + "=" + option.paramLabel() : names;
  }

  private static String summary(String... description) {
    String first = description.length == 0 ? "" : percent(description[0]);
    int end = first.indexOf(". ");
    return (end < 0 ? first : first.substring(0, end)).replaceFirst("\\.$", "");
  }

  private void section(String title) {
    line(".SH " + title);
  }

  private void entry(String term, String meaning) {
    line(".TP");
    line(".B " + escaped(term));
    line(escaped(percent(meaning)));
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  /** picocli formats its texts: here nothing but a per cent sign is left of that. */
  private static String percent(String text) {
    return text.replace("%%", "%");
  }

  /** What roff would take for a command of its own, or for typography. */
  private static String escaped(String text) {
    String plain =
        text.replace("\\", "\\e")
            .replace("-", "\\-")
            .replace("'", "\\(aq")
            .replace("`", "\\(ga")
            .replace("^", "\\(ha")
            .replace("~", "\\(ti");
    return plain.startsWith(".") ? "\\&" + plain : plain;
  }
}
