package dev.holdfast.findings;

/**
 * One step of how it happened.
 *
 * @param actor who does it
 * @param text what, in a few words
 * @param code the call or name it is about, shown as code; empty if there is none
 */
public record Step(Actor actor, String text, String code) {
  /** The two sides of a race. */
  public enum Actor {
    /** The program under test. */
    VICTIM("program"),
    /** An attacker, a second copy, or a crash. */
    INTRUDER("intruder");

    private final String title;

    Actor(String title) {
      this.title = title;
    }

    /** What people read above its column. */
    public String title() {
      return title;
    }
  }

  public static Step victim(String text, String code) {
    return new Step(Actor.VICTIM, text, code);
  }

  public static Step intruder(String text, String code) {
    return new Step(Actor.INTRUDER, text, code);
  }
}
