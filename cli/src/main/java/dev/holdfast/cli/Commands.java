package dev.holdfast.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * Every command of {@code holdfast}, in the order in which help lists them.
 *
 * <p>A command is one class: annotated with picocli's {@code @Command}, a {@code Callable<Integer>}
 * that returns an {@link ExitCode}, and one line here. It parses and calls; the work lives in the
 * module below.
 */
final class Commands {
  private static final Map<String, Supplier<Object>> BY_NAME = new LinkedHashMap<>();

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
    BY_NAME.put("completion", CompletionCommand::new);
  }

  private Commands() {}

  /**
   * A command line that knows all that {@code args} can need.
   *
   * <p>Describing a command costs picocli a good deal of reflection, so only the one that is named
   * is described, when one is. Every doubtful case gets them all: which commands are described
   * never changes what a command line means.
   */
  static CommandLine commandLineFor(String... args) {
    CommandLine root = new CommandLine(new RootCommand());
    String name = firstOperand(args);
    Supplier<Object> only = BY_NAME.get(name);
    if (only != null) {
      root.addSubcommand(name, only.get());
    } else {
      BY_NAME.forEach((each, command) -> root.addSubcommand(each, command.get()));
    }
    return root;
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
