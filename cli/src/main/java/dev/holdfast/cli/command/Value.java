package dev.holdfast.cli.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** What was typed for an option or operand of a {@link Command}: known while the command runs. */
public abstract sealed class Value<T> permits Option, Operand {
  private @Nullable ArgSpec made;

  public abstract ArgSpec make();

  public final void addTo(CommandSpec command) {
    made = make();
    command.add(made);
  }

  public final boolean given() {
    return orNull() != null;
  }

  /** For what was given, is always given, or has an ordinary value. */
  public final T get() {
    return Objects.requireNonNull(orNull());
  }

  public final T or(T other) {
    return given() ? get() : other;
  }

  /** Null if it was not given. */
  public final @Nullable T orNull() {
    return Objects.requireNonNull(made).getValue();
  }
}
