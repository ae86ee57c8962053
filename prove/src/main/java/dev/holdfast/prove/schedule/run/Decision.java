package dev.holdfast.prove.schedule.run;

import java.util.List;

/**
 * A moment of a schedule at which all is at rest and somebody has to go, or may be killed.
 *
 * @param index which, from 0
 * @param history the class of all before
 * @param current who went before; -1 at first
 * @param enabled what could be done, who is preferred first: a program goes, or {@linkplain #killOf
 *     is killed}, which comes last
 * @param going those who could go on with nobody's turn taken; empty if whoever goes takes it from
 *     nobody
 * @param idle whether the turn before came to nothing: who went has to wait, and all is as it was
 */
public record Decision(
    int index,
    long history,
    int current,
    List<Integer> enabled,
    List<Integer> going,
    boolean idle) {
  private static final int KILLS = 1 << 20;

  /** Instead of going, a program is killed. */
  public static int killOf(int who) {
    return who + KILLS;
  }

  public static boolean isKill(int choice) {
    return choice >= KILLS;
  }

  /** Whose turn it is, whatever becomes of it. */
  public static int programOf(int choice) {
    return choice % KILLS;
  }

  /** The number of a choice in this state of things: what follows it is always the same. */
  public long node(int choice) {
    return history * 31 + choice + 1;
  }

  /** Whoever goes keeps on going. */
  public int usual() {
    return enabled.contains(current)
        ? current
        : going.isEmpty() ? enabled.getFirst() : going.getFirst();
  }

  /** How many switches from one program to another that is. */
  public int turns(int choice) {
    return programOf(choice) == current ? 0 : 1;
  }

  /** To take the turn from one who could go on is a preemption. */
  public int costOf(int choice) {
    return going.isEmpty() || going.contains(programOf(choice)) ? 0 : 1;
  }
}
