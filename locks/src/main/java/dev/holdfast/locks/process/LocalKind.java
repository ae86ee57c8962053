package dev.holdfast.locks.process;

import dev.holdfast.locks.Kind;
import dev.holdfast.locks.scope.ScopeProbe;
import dev.holdfast.locks.scope.Scoped;
import dev.holdfast.path.FileSystems;
import java.util.function.Function;

/** A kind of lock of one machine. */
public abstract class LocalKind implements Kind, Scoped {
  private final String word;
  private final String title;
  private final int rank;
  private final Function<FileSystems.Known, ScopeProbe> scope;

  /**
   * @param rank its place in the order of a set; see {@link Kind#rank}
   * @param scope what it needs of a file system: one of {@code ScopeRules}
   */
  protected LocalKind(
      String word, String title, int rank, Function<FileSystems.Known, ScopeProbe> scope) {
    this.word = word;
    this.title = title;
    this.rank = rank;
    this.scope = scope;
  }

  @Override
  public final String word() {
    return word;
  }

  @Override
  public final String title() {
    return title;
  }

  @Override
  public final int rank() {
    return rank;
  }

  @Override
  public final ScopeProbe judge(FileSystems.Known known) {
    return scope.apply(known);
  }

  @Override
  public final String toString() {
    return word;
  }
}
