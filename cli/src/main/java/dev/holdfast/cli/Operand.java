package dev.holdfast.cli;

import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** An operand of a {@link Command}, or all of its operands. */
final class Operand<T> extends Value<T> {
  private final PositionalParamSpec.Builder how;

  Operand(PositionalParamSpec.Builder how) {
    this.how = how;
  }

  /** Help does not tell of it. */
  Operand<T> hidden() {
    how.hidden(true);
    return this;
  }

  /** Help shows its label as it is. */
  Operand<T> labelOnly() {
    how.hideParamSyntax(true);
    return this;
  }

  @Override
  ArgSpec make() {
    return how.build();
  }
}
