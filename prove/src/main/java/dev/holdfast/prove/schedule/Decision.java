package dev.holdfast.prove.schedule;

import java.util.List;

/**
 * A moment of a schedule at which all is at rest and somebody has to go.
 *
 * @param index which, from 0
 * @param history the class of all before
 * @param current who went before; -1 at first
 * @param enabled who could go, those who are preferred first
 * @param idle whether the turn before came to nothing: who went has to wait, and all is as it was
 */
record Decision(int index, long history, int current, List<Integer> enabled, boolean idle) {
  /** Whoever goes keeps on going. */
  int usual() {
    return enabled.contains(current) ? current : enabled.getFirst();
  }

  /** To take the turn from one who could go on is a preemption. */
  int costOf(int who) {
    return current >= 0 && who != current && enabled.contains(current) ? 1 : 0;
  }
}
