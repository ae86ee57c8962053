package dev.holdfast.cli.command;

/** The options every command takes, before or after its name. */
public final class GlobalOptions {
  /** When to colour. */
  public enum Color {
    /** When the output is a terminal. */
    auto,
    /** Always. */
    always,
    /** Never. */
    never
  }

  private final Value<Boolean> json;
  private final Value<Color> color;
  private final Value<Boolean> quiet;
  private final Value<Boolean> debug;

  public GlobalOptions(Command command) {
    json =
        command.flag("--json", "Print the result as JSON, where a machine may read.").everywhere();
    color =
        command
            .option("--color", "WHEN", Color.class, "When to colour: ${COMPLETION-CANDIDATES}.")
            .ordinarily("auto")
            .everywhere();
    quiet = command.flag("--quiet", "Print nothing but results and errors.").everywhere();
    debug = command.flag("--debug", "Print a stack trace with every error.").everywhere();
  }

  public boolean json() {
    return json.get();
  }

  public Color color() {
    return color.get();
  }

  public boolean quiet() {
    return quiet.get();
  }

  public boolean debug() {
    return debug.get();
  }
}
