package dev.holdfast.locks.named;

/**
 * Whether the holder that a lock file names is dead.
 *
 * @param state only {@link State#DEAD} allows the lock to be broken
 * @param why for people
 */
public record Verdict(State state, String why) {
  enum State {
    ALIVE,
    DEAD,
    UNKNOWN
  }

  public boolean dead() {
    return state == State.DEAD;
  }

  static Verdict alive(String why) {
    return new Verdict(State.ALIVE, why);
  }

  static Verdict dead(String why) {
    return new Verdict(State.DEAD, why);
  }

  static Verdict unknown(String why) {
    return new Verdict(State.UNKNOWN, why);
  }
}
