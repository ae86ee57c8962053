package dev.holdfast.cli.command;

import java.util.function.Supplier;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** An operand of a {@link Command}, or all of its operands. */
public final class Operand<T> extends Value<T> {
  private final PositionalParamSpec.Builder how;

  public Operand(PositionalParamSpec.Builder how) {
    this.how = how;
  }

  /** It need not be there. */
  public Operand<T> optional() {
    how.required(false).arity("0..1");
    return this;
  }

  /** Help does not tell of it. */
  public Operand<T> hidden() {
    how.hidden(true);
    return this;
  }

  /** Help shows its label as it is. */
  public Operand<T> labelOnly() {
    how.hideParamSyntax(true);
    return this;
  }

  /** Words that completion offers. They are asked for only then. */
  public Operand<T> oneOf(Supplier<? extends Iterable<String>> words) {
    how.completionCandidates(() -> words.get().iterator());
    return this;
  }

  @Override
  public ArgSpec make() {
    return how.build();
  }
}
