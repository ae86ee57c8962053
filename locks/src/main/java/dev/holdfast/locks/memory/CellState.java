package dev.holdfast.locks.memory;

/**
 * The word of a lock in {@link SharedMemory}, on which all processes agree.
 *
 * <pre>
 *   free      0 00 000000 generation       bits: inconsistent 1, tag 2, slot 6, generation 55
 *   written   0 01 slot   generation
 *   shared    0 10 0…     readers          one bit for each process, by its slot
 * </pre>
 *
 * <p>A writer makes its word with the next generation, and frees it with the same: so no word of a
 * writer ever comes twice, and to compare and set the whole of it is to ask whether this very
 * holding is still there. What is free or written may be inconsistent: a writer died.
 */
final class CellState {
  static final int SLOTS = 48;

  private static final int SLOT_SHIFT = 55;
  private static final long SLOT = 63L << SLOT_SHIFT;
  private static final long WRITTEN = 1L << 61;
  private static final long SHARED = 1L << 62;
  private static final long READERS = (1L << SLOTS) - 1;

  static final long INCONSISTENT = 1L << 63;

  /** None follows it. */
  static final long LAST_GENERATION = (1L << SLOT_SHIFT) - 1;

  private CellState() {}

  /** True if a writer may take it without further questions: free, consistent, not the last. */
  static boolean isReady(long state) {
    return Long.compareUnsigned(state, LAST_GENERATION) < 0;
  }

  static boolean isFree(long state) {
    return (state & (WRITTEN | SHARED)) == 0;
  }

  static boolean isWritten(long state) {
    return (state & WRITTEN) != 0;
  }

  static boolean isShared(long state) {
    return (state & SHARED) != 0;
  }

  static boolean isInconsistent(long state) {
    return (state & INCONSISTENT) != 0;
  }

  static long free(long generation) {
    return generation;
  }

  static long written(int slot, long generation) {
    return WRITTEN | (long) slot << SLOT_SHIFT | generation;
  }

  /** Of what is free or written. */
  static long generation(long state) {
    return state & LAST_GENERATION;
  }

  static boolean isWrittenBy(int slot, long state) {
    return isWritten(state) && (state & SLOT) == (long) slot << SLOT_SHIFT;
  }

  static boolean isReadBy(int slot, long state) {
    return isShared(state) && (state & 1L << slot) != 0;
  }

  static boolean isHeldBy(int slot, long state) {
    return isWrittenBy(slot, state) || isReadBy(slot, state);
  }

  /** Of what is free or shared. */
  static long withReader(int slot, long state) {
    return SHARED | (isShared(state) ? state : 0) | 1L << slot;
  }

  /**
   * Of what is shared.
   *
   * @param generation of the last writer: what it is free with, if no reader is left
   */
  static long withoutReader(int slot, long state, long generation) {
    long rest = state & ~(1L << slot);
    return (rest & READERS) == 0 ? free(generation) : rest;
  }

  /** With one reader and no other. */
  static long readBy(int slot) {
    return SHARED | 1L << slot;
  }
}
