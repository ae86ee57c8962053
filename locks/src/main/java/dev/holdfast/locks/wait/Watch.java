package dev.holdfast.locks.wait;

/** Somebody's interest in what happens; until it is closed. */
public interface Watch extends AutoCloseable {
  /** Nobody tells: whoever waits has to look from time to time. */
  Watch NONE =
      new Watch() {
        @Override
        public boolean works() {
          return false;
        }

        @Override
        public void close() {
          // Nothing was begun.
        }
      };

  /** False if nobody will tell. */
  boolean works();

  @Override
  void close();
}
