package dev.holdfast.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options every command takes, before or after its name. */
final class GlobalOptions {
  /** When to colour. */
  enum Color {
    /** When the output is a terminal. */
    auto,
    /** Always. */
    always,
    /** Never. */
    never
  }

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print the result as JSON, where a machine may read.")
  private boolean json;

  @Option(
      names = "--color",
      scope = ScopeType.INHERIT,
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = "When to colour: ${COMPLETION-CANDIDATES}.")
  private Color color = Color.auto;

  @Option(
      names = "--quiet",
      scope = ScopeType.INHERIT,
      description = "Print nothing but results and errors.")
  private boolean quiet;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print a stack trace with every error.")
  private boolean debug;

  boolean json() {
    return json;
  }

  Color color() {
    return color;
  }

  boolean quiet() {
    return quiet;
  }

  boolean debug() {
    return debug;
  }
}
