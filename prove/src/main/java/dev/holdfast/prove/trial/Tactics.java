package dev.holdfast.prove.trial;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Operation;
import java.nio.file.FileSystemException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one kind of intruder makes its moves, and what its success means.
 *
 * <p>Threads: the thread of the stage.
 */
sealed interface Tactics
    permits ChangedName, HeldOpen, LeftBehind, LeftOpen, Crash, SecondRun, OtherProgram {
  static Tactics of(Strike strike) {
    return switch (strike) {
      case KILL -> new Crash();
      case COPY -> new SecondRun();
      case RIVAL -> new OtherProgram();
      case HOLD_OPEN -> new HeldOpen();
      case LEAVE -> new LeftBehind();
      case READ -> new LeftOpen();
      case SYMLINK,
          SYMLINK_DANGLING,
          SYMLINK_DIRECTORY,
          SYMLINK_DIRECTORY_OTHER,
          SYMLINK_OWN,
          HARDLINK,
          FIFO,
          CONTENT,
          EXCHANGE,
          NAMED,
          NAMED_OWN,
          LINKS,
          DIRECTORY,
          FILE,
          NAMES,
          WORDS,
          REMOVE ->
          new ChangedName(strike);
    };
  }

  /** The stage is set, and the victim not yet there. */
  default void arrive(Stage stage, Move move) {}

  /**
   * Makes the move: the victim stands right before the call.
   *
   * @param binding what is to be changed, as it is now; null for strikes that change no name
   */
  Then act(Stage stage, Move move, Call call, @Nullable Binding binding) throws FileSystemException;

  /**
   * Makes the same move before the victim starts, for the control.
   *
   * @return false if there is nothing to be done then
   */
  default boolean actBeforehand(Stage stage, Move move) throws FileSystemException {
    return false;
  }

  /** False if the moment is all there is to it, so that no control can tell anything. */
  default boolean hasControl() {
    return true;
  }

  /** True if it is no matter when it is done, so that what it gains never needs a race. */
  default boolean needsNoMoment() {
    return false;
  }

  /** More calls at which the victim must be stopped, for {@link ForeverHandler}. */
  default Set<Sysno> alsoStopsAt() {
    return Set.of();
  }

  /** True if it must be looked at what the victim maps as code, and whom it signals. */
  default boolean plantsContents() {
    return false;
  }

  /** The call that was struck at has succeeded. */
  default void succeeded(Stage stage, Move move, Call call, Operation operation, long result) {}

  /** The victim ended, or its time did. */
  default void ended(Stage stage, Move move) {}

  /** The checks have run: looks for what only this kind of intruder can have gained. */
  default void judge(Stage stage, Move move) throws FileSystemException {}
}
