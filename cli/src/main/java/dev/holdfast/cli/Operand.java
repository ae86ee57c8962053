package dev.holdfast.cli;

import java.util.function.Supplier;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** An operand of a {@link Command}, or all of its operands. */
final class Operand<T> extends Value<T> {
  private final PositionalParamSpec.Builder how;

  Operand(PositionalParamSpec.Builder how) {
    this.how = how;
  }

  /** It need not be there. */
  Operand<T> optional() {
    how.required(false).arity("0..1");
    return this;
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

  /** Words that completion offers. They are asked for only then. */
  Operand<T> oneOf(Supplier<? extends Iterable<String>> words) {
    how.completionCandidates(() -> words.get().iterator());
    return this;
  }

  @Override
  ArgSpec make() {
    return how.build();
  }
}
