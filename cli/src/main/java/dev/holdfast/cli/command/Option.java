package dev.holdfast.cli.command;

import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/** An option of a {@link Command}. */
public final class Option<T> extends Value<T> {
  private final OptionSpec.Builder how;

  public Option(OptionSpec.Builder how) {
    this.how = how;
  }

  /** For a type whose words picocli does not know. */
  public Option<T> read(ITypeConverter<?> words) {
    how.converters(words);
    return this;
  }

  /** What it is if it is not given, as it would be typed. */
  public Option<T> ordinarily(String word) {
    how.defaultValue(word);
    return this;
  }

  /** Without it, the command is refused. */
  public Option<T> required() {
    how.required(true);
    return this;
  }

  /** Every sub-command takes it, too. */
  public Option<T> everywhere() {
    how.scopeType(ScopeType.INHERIT);
    return this;
  }

  /** Words that completion offers. They are asked for only then. */
  public Option<T> oneOf(Supplier<? extends Iterable<String>> words) {
    how.completionCandidates(() -> words.get().iterator());
    return this;
  }

  @Override
  public ArgSpec make() {
    return how.build();
  }
}
