package dev.holdfast.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * A command: the text of its help in its constructor, its options and operands as fields, and what
 * it does in {@link #call}, which returns an {@link ExitCode}.
 *
 * <p>It describes itself to picocli in code. Annotations would say the same, but reading them takes
 * a large part of a start: see docs/decisions/0003.
 *
 * <p>Names of options are given as help shows them, {@code "-n, --no-wait"}. Help lists options and
 * operands in the order of their making.
 */
public abstract class Command implements Callable<Integer> {
  private static final String[] EXIT_STATUS = {
    "0:good",
    "1:the answer is no: a race was proved, a rule fired, a scene failed",
    "2:wrong use",
    "3:could not decide",
    "75:busy, or timed out",
    "130:interrupted"
  };

  public final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  private final List<Value<?>> values = new ArrayList<>();
  private final List<Command> subcommands = new ArrayList<>();
  private int operands;
  private boolean textOnly;

  public Command(String name) {
    spec.name(name);
    help()
        .autoWidth(true)
        .sortOptions(false)
        .headerHeading("")
        .synopsisHeading("usage: ")
        .descriptionHeading("%n")
        .parameterListHeading("%n")
        .optionListHeading("%nOptions:%n")
        .commandListHeading("%nCommands:%n")
        .footerHeading("%n")
        .exitCodeListHeading("%nExit status:%n");
    exitStatus(EXIT_STATUS);
  }

  // --- what help says ---------------------------------------------------------------------------

  private UsageMessageSpec help() {
    return spec.usageMessage();
  }

  public final void description(String... paragraphs) {
    help().description(paragraphs);
  }

  /** Instead of the synopsis that picocli makes. */
  public final void synopsis(String... lines) {
    help().synopsisHeading("").customSynopsis(lines);
  }

  /** How the synopsis calls the sub-commands. */
  public final void synopsisOfSubcommands(String label) {
    help().synopsisSubcommandLabel(label);
  }

  /** {@code "2:wrong use"}; without this, what most commands end with. */
  public final void exitStatus(String... lines) {
    help().exitCodeList(UsageMessageSpec.keyValuesMap(lines));
  }

  public final void footer(String... lines) {
    help().footer(lines);
  }

  /** Its result has no JSON, and asking for that is refused. */
  public final void textOnly() {
    textOnly = true;
  }

  public final boolean isTextOnly() {
    return textOnly;
  }

  // --- what it takes ----------------------------------------------------------------------------

  /** True if it is given. */
  public final Option<Boolean> flag(String names, String description) {
    return add(new Option<>(builder(names, description).type(boolean.class).initialValue(false)));
  }

  public final <T> Option<T> option(String names, String label, Class<T> type, String description) {
    return add(new Option<>(builder(names, description).paramLabel(label).type(type)));
  }

  /** One that may be repeated. */
  public final <T> Option<List<T>> options(
      String names, String label, Class<T> type, String description) {
    return add(
        new Option<>(
            builder(names, description).paramLabel(label).type(List.class).auxiliaryTypes(type)));
  }

  /** The next operand. */
  public final <T> Operand<T> operand(String label, Class<T> type, String description) {
    return add(
        new Operand<>(
            PositionalParamSpec.builder()
                .index(String.valueOf(operands++))
                .required(true)
                .paramLabel(label)
                .type(type)
                .description(description)));
  }

  /** The next operand, a path that may end in a slash. */
  public final Operand<TypedPath> path(String label, String description) {
    return operand(label, TypedPath.class, description);
  }

  /** All operands, of which there may be none. */
  public final Operand<List<String>> operands(String label, String description) {
    return operands(0, label, description);
  }

  /** All operands, of which there must be so many at least. */
  public final Operand<List<String>> operands(int least, String label, String description) {
    return add(
        new Operand<>(
            PositionalParamSpec.builder()
                .arity(least + "..*")
                .required(least > 0)
                .paramLabel(label)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description(description)));
  }

  private static OptionSpec.Builder builder(String names, String description) {
    return OptionSpec.builder(names.split(", ")).description(description);
  }

  private <V extends Value<?>> V add(V value) {
    values.add(value);
    return value;
  }

  // --- what it is part of -----------------------------------------------------------------------

  /** What the user asked of every command. */
  public GlobalOptions globals() {
    return ((Command) spec.parent().userObject()).globals();
  }

  // --- for picocli ------------------------------------------------------------------------------

  public final Command with(Command subcommand) {
    subcommands.add(subcommand);
    return this;
  }

  /** All this as picocli takes it; once. */
  public final CommandSpec complete() {
    values.forEach(value -> value.addTo(spec));
    if (spec.positionalParameters().stream().allMatch(ArgSpec::hidden)) {
      help().parameterListHeading("");
    }
    spec.addOption(
        builder("-h, --help", "Show this help message and exit.").usageHelp(true).build());
    spec.addOption(
        builder("-V, --version", "Print version information and exit.").versionHelp(true).build());
    spec.versionProvider(new Version());
    subcommands.forEach(each -> spec.addSubcommand(each.spec.name(), each.complete()));
    return spec;
  }
}
