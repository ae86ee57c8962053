package dev.holdfast.prove.plan;

import dev.holdfast.libc.Errno;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.ArrayList;
import java.util.List;

/**
 * What an intruder does in one run, in this order; each move waits for its call.
 *
 * @param window how the last move is told
 * @param moves at least one
 * @param volatileNames which names are made up anew on the way to the last move, so that its calls
 *     are met again
 */
public record Scenario(Window window, List<Move> moves, VolatileNames volatileNames) {
  public Scenario {
    moves = List.copyOf(moves);
    if (moves.isEmpty()) {
      throw new IllegalArgumentException("nobody moves");
    }
  }

  /** The same, where more is known of names that are made up anew. */
  public Scenario with(VolatileNames names) {
    return new Scenario(window, moves, names);
  }

  public Move first() {
    return moves.getFirst();
  }

  /** The one that decides: the others prepare it. */
  public Move last() {
    return moves.getLast();
  }

  /** True if the victim may go another way than the observed one by this. */
  public boolean leadsFurther() {
    Move move = last();
    Binding binding = move.binding();
    return binding != null
        && move.strike() != Strike.FIFO
        && move.strike() != Strike.WORDS
        && (move.call().operation().action().isCheck()
            || binding.listing()
            || (binding.object() == null && move.call().operation().makesNew())
            || isOtherwise(move, binding));
  }

  /** The call failed since something was there, or was not, and now that is otherwise. */
  private static boolean isOtherwise(Move move, Binding binding) {
    return (binding.isMissingDirectory() && move.call().result().failed())
        || move.call().failedFor(binding)
        || (move.strike() == Strike.REMOVE && move.call().result().is(Errno.EEXIST));
  }

  /** This one, and another that was planned for the way on which this one leads the victim. */
  public Scenario then(Scenario next) {
    String id = WindowId.of(window.id() + '\0' + next.window.id());
    List<Move> both = new ArrayList<>(moves);
    both.addAll(next.moves);
    String fingerprint = WindowId.of(window.fingerprint() + '\0' + next.window.fingerprint());
    return new Scenario(next.window.after(window, id, fingerprint), both, next.volatileNames);
  }

  /**
   * The same at the first such call that leads over a directory, where that is what the last move
   * changes: for who tries only one of several.
   */
  public Scenario atFirst() {
    Move move = last();
    Binding binding = move.binding();
    if (binding == null || binding.last() || binding.listing() || move.onTheWay()) {
      return this;
    }
    List<Move> all = new ArrayList<>(moves);
    all.set(all.size() - 1, move.first());
    Window same = window.named(WindowId.of(move.first(), volatileNames));
    return new Scenario(same, all, volatileNames);
  }

  /** True if all of it can be done before the victim starts. */
  public boolean predictable() {
    return moves.stream().allMatch(Move::predictable);
  }
}
