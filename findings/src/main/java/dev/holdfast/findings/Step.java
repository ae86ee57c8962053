package dev.holdfast.findings;

/**
 * One step of how it happened.
 *
 * @param lane who does it
 * @param text what, in a few words
 * @param code the call or name it is about, shown as code; empty if there is none
 * @param weight what the step is to the whole
 */
public record Step(Lane lane, String text, String code, Weight weight) {
  /**
   * Who takes part: each has a column of its own.
   *
   * @param place its number among the columns, from 0
   * @param title what people read above the column
   * @param side how it is shown
   */
  public record Lane(int place, String title, Side side) {
    private static final Lane VICTIM = new Lane(0, "program", Side.VICTIM);
    private static final Lane INTRUDER = new Lane(1, "intruder", Side.INTRUDER);

    /** One of several programs that trust one another. */
    public static Lane program(int place, String title) {
      return new Lane(place, title, Side.PROGRAM);
    }

    /** What the kernel answers; to the right of all programs. */
    public static Lane kernel(int place) {
      return new Lane(place, "kernel", Side.KERNEL);
    }
  }

  /** What somebody who takes part is to the others. */
  public enum Side {
    /** The program under test. */
    VICTIM,
    /** An attacker, a second copy, or a crash. */
    INTRUDER,
    /** One among equals. */
    PROGRAM,
    KERNEL
  }

  /** What a step is to the whole. */
  public enum Weight {
    PLAIN,
    /** The turn was taken from another one, which could have gone on. */
    TURN,
    /** Its place in the order is what matters. */
    KEY,
    /** Both. */
    TURN_AND_KEY;

    /** What it is. */
    public static Weight of(boolean turn, boolean key) {
      return key ? turn ? TURN_AND_KEY : KEY : turn ? TURN : PLAIN;
    }

    /** Whether the turn was taken before it. */
    public boolean isTurn() {
      return this == TURN || this == TURN_AND_KEY;
    }

    /** Whether its place in the order is what matters. */
    public boolean isKey() {
      return this == KEY || this == TURN_AND_KEY;
    }
  }

  public static Step victim(String text, String code) {
    return new Step(Lane.VICTIM, text, code, Weight.PLAIN);
  }

  public static Step intruder(String text, String code) {
    return new Step(Lane.INTRUDER, text, code, Weight.PLAIN);
  }
}
