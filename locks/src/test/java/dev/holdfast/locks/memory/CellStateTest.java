package dev.holdfast.locks.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CellStateTest {
  private static final int LAST_SLOT = CellState.SLOTS - 1;

  @Test
  void aWriterIsKnownByItsSlotAndItsGeneration() {
    for (int slot = 0; slot < CellState.SLOTS; slot++) {
      for (long generation : new long[] {1, 2, 1L << 48, CellState.LAST_GENERATION}) {
        long state = CellState.written(slot, generation);
        assertTrue(CellState.isWritten(state));
        assertFalse(CellState.isShared(state));
        assertFalse(CellState.isFree(state));
        assertFalse(CellState.isReady(state));
        assertFalse(CellState.isInconsistent(state));
        assertEquals(generation, CellState.generation(state));
        for (int other = 0; other < CellState.SLOTS; other++) {
          assertEquals(other == slot, CellState.isWrittenBy(other, state));
          assertEquals(other == slot, CellState.isHeldBy(other, state));
          assertFalse(CellState.isReadBy(other, state));
        }
        long inconsistent = state | CellState.INCONSISTENT;
        assertTrue(CellState.isInconsistent(inconsistent));
        assertTrue(CellState.isWrittenBy(slot, inconsistent));
        assertEquals(generation, CellState.generation(inconsistent));
      }
    }
  }

  @Test
  void whatIsFreeIsReadyUnlessItIsInconsistentOrTheLast() {
    for (long generation : new long[] {0, 1, 1L << 54, CellState.LAST_GENERATION - 1}) {
      long state = CellState.free(generation);
      assertTrue(CellState.isFree(state));
      assertTrue(CellState.isReady(state));
      assertEquals(generation, CellState.generation(state));
      assertTrue(CellState.isFree(state | CellState.INCONSISTENT));
      assertFalse(CellState.isReady(state | CellState.INCONSISTENT));
    }
    assertTrue(CellState.isFree(CellState.free(CellState.LAST_GENERATION)));
    assertFalse(CellState.isReady(CellState.free(CellState.LAST_GENERATION)));
  }

  @Test
  void readersComeAndGoOneByOneAndTheLastBringsTheGenerationBack() {
    long state = CellState.free(7);
    for (int slot = 0; slot < CellState.SLOTS; slot++) {
      assertFalse(CellState.isReadBy(slot, state));
      state = CellState.withReader(slot, state);
      assertTrue(CellState.isReadBy(slot, state));
      assertTrue(CellState.isShared(state));
      assertFalse(CellState.isFree(state));
      assertFalse(CellState.isReady(state));
      assertFalse(CellState.isWritten(state));
      assertEquals(slot == 0, state == CellState.readBy(0));
    }
    for (int slot = 0; slot < CellState.SLOTS; slot++) {
      assertTrue(CellState.isReadBy(slot, state));
      assertEquals(slot == LAST_SLOT, state == CellState.readBy(LAST_SLOT));
      state = CellState.withoutReader(slot, state, 7);
      assertFalse(CellState.isReadBy(slot, state));
    }
    assertEquals(CellState.free(7), state);
  }
}
