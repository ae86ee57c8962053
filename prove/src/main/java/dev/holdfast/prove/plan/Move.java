package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Words;
import org.jspecify.annotations.Nullable;

/**
 * One thing that an intruder does right before one call of the victim's.
 *
 * @param binding what is changed there; null for strikes that change no name
 * @param command which of the case's other programs runs there; null for all other strikes
 * @param predictable the names were the same in every run, so they can be prepared beforehand
 * @param onTheWay the first such call of the process whose way leads over the binding, whatever it
 *     names beyond: in another run it may be about another name
 * @param below what stopped the program in the directory that is changed
 * @param words which words of the file that is replaced the program uses as names
 * @param lookedAtAgain the program comes by the binding again later, and may notice the change then
 */
public record Move(
    ObservedCall call,
    @Nullable Binding binding,
    Strike strike,
    @Nullable String command,
    boolean predictable,
    boolean onTheWay,
    NamesBelow below,
    Words words,
    boolean lookedAtAgain) {
  /** One that waits for the very call. */
  public Move(
      ObservedCall call,
      @Nullable Binding binding,
      Strike strike,
      @Nullable String command,
      boolean predictable) {
    this(call, binding, strike, command, predictable, false, NamesBelow.NONE, Words.NONE, false);
  }

  /** The same, for any such call that leads over the directory that it changes. */
  Move first() {
    return new Move(call, binding, strike, command, predictable, true, below, words, lookedAtAgain);
  }
}
