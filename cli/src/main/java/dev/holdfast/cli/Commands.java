package dev.holdfast.cli;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.file.CleanCommand;
import dev.holdfast.cli.file.OpenCommand;
import dev.holdfast.cli.file.SaveCommand;
import dev.holdfast.cli.file.TempCommand;
import dev.holdfast.cli.file.TreeCommand;
import dev.holdfast.cli.file.TrustCommand;
import dev.holdfast.cli.file.UnlinkedCommand;
import dev.holdfast.cli.file.WriteCommand;
import dev.holdfast.cli.lock.LockCommand;
import dev.holdfast.cli.lock.LocksCommand;
import dev.holdfast.cli.prove.ProveCommand;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * Every command of {@code holdfast}, in the order in which help lists them.
 *
 * <p>A command is one class, a {@link Command}, and one line here. It parses and calls; the work
 * lives in the module below.
 */
final class Commands {
  private static final Map<String, Supplier<Command>> BY_NAME = new LinkedHashMap<>();

  private static final Set<String> PRINTING = Set.of("explain", "help", "completion");

  private static final Set<String> RUNNING = Set.of("lock", "temp", "write");

  private static final Set<String> ON_FILES =
      Set.of("temp", "write", "save", "trust", "tree", "clean", "open", "lock", "locks");

  static {
    BY_NAME.put("prove", ProveCommand::new);
    BY_NAME.put("lab", LabCommand::new);
    BY_NAME.put("temp", TempCommand::new);
    BY_NAME.put("write", WriteCommand::new);
    BY_NAME.put("save", SaveCommand::new);
    BY_NAME.put("trust", TrustCommand::new);
    BY_NAME.put("tree", TreeCommand::new);
    BY_NAME.put("clean", CleanCommand::new);
    BY_NAME.put("open", OpenCommand::new);
    BY_NAME.put("unlinked", UnlinkedCommand::new);
    BY_NAME.put("doctor", DoctorCommand::new);
    BY_NAME.put("lock", LockCommand::new);
    BY_NAME.put("locks", LocksCommand::new);
    BY_NAME.put("explain", ExplainCommand::new);
    BY_NAME.put("help", HelpCommand::new);
    BY_NAME.put("completion", CompletionCommand::new);
  }

  private Commands() {}

  /**
   * A command line that knows all that {@code args} can need.
   *
   * <p>Describing a command costs a start some time, so only the one that is named is described,
   * when one is. Every doubtful case gets them all: which commands are described never changes what
   * a command line means.
   */
  static CommandLine commandLineFor(String... args) {
    Command root = new RootCommand();
    String name = firstOperand(args);
    Supplier<Command> only = BY_NAME.get(name);
    if (only != null) {
      root.with(only.get());
    } else {
      BY_NAME.values().forEach(command -> root.with(command.get()));
    }
    return new CommandLine(root.complete());
  }

  /** True if the command that is named makes system calls, as all do but those that print. */
  static boolean callsTheKernel(String... args) {
    String name = firstOperand(args);
    return BY_NAME.containsKey(name) && !PRINTING.contains(name);
  }

  /** True if the command that is named runs a program, and passes signals on to it. */
  static boolean runsPrograms(String... args) {
    return RUNNING.contains(firstOperand(args));
  }

  /** Whether the command that is named works on files whose names are any bytes. */
  static boolean takesAnyNames(String... args) {
    return ON_FILES.contains(firstOperand(args));
  }

  /** Whether what comes after {@code --} is the command line of a program. */
  static boolean takesProgram(String... args) {
    return runsPrograms(args) || firstOperand(args).equals("prove");
  }

  /** The name of every command, in the order of help. */
  static Set<String> names() {
    return Collections.unmodifiableSet(BY_NAME.keySet());
  }

  private static String firstOperand(String... args) {
    for (String arg : args) {
      if (!arg.startsWith("-")) {
        return arg;
      }
    }
    return "";
  }
}
