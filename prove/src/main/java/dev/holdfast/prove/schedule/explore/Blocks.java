package dev.holdfast.prove.schedule.explore;

import dev.holdfast.prove.schedule.footprint.Footprint;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A schedule as the turns that its programs had, each with how many times it went in it; and the
 * shorter ones that might show the same.
 *
 * <p>Threads: safe for all.
 */
record Blocks(List<Block> all) {
  /** One turn. */
  record Block(int who, int times) {}

  static Blocks of(List<Integer> choices) {
    return merged(choices.stream().map(who -> new Block(who, 1)).toList());
  }

  private static Blocks merged(List<Block> blocks) {
    List<Block> all = new ArrayList<>();
    for (Block each : blocks) {
      Block last = all.isEmpty() ? null : all.getLast();
      if (last != null && last.who() == each.who()) {
        all.set(all.size() - 1, new Block(each.who(), last.times() + each.times()));
      } else {
        all.add(each);
      }
    }
    return new Blocks(List.copyOf(all));
  }

  /**
   * Those with fewer turns: one program's turn waits for its next one, or its next one comes at
   * once. The last turns come first: most of what comes behind a fault does not matter.
   */
  List<Blocks> shorter() {
    List<Blocks> some = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      int next = i + 1;
      while (next < all.size() && all.get(next).who() != all.get(i).who()) {
        next++;
      }
      if (next < all.size()) {
        some.add(moved(next, i + 1));
        some.add(moved(i, next));
      }
    }
    return some.stream().distinct().toList();
  }

  /** One turn comes before another one instead. */
  private Blocks moved(int from, int before) {
    List<Block> blocks = new ArrayList<>(all);
    Block block = blocks.remove(from);
    blocks.add(before > from ? before - 1 : before, block);
    return merged(blocks);
  }

  /** By these turns, as far as that can be: who cannot go any more loses the rest of its turn. */
  Chooser chooser() {
    return new Chooser() {
      private int at;
      private int went;

      @Override
      public int choose(Decision decision, IntFunction<Footprint> next) {
        while (at < all.size()
            && (went >= all.get(at).times() || !decision.enabled().contains(all.get(at).who()))) {
          at++;
          went = 0;
        }
        went++;
        return at < all.size() ? all.get(at).who() : decision.usual();
      }
    };
  }
}
