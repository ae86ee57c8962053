package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScratchTest {
  @Test
  void innerOneLeavesTheOuterOneAlone() {
    try (Scratch outer = Scratch.open()) {
      long mine = outer.allocate(8);
      Memory.putLong(mine, 42);
      long inner;
      try (Scratch nested = Scratch.open()) {
        inner = nested.allocate(8);
        assertNotEquals(mine, inner);
        Memory.putLong(inner, 43);
      }
      assertEquals(42, Memory.getLong(mine));
      assertEquals(inner, outer.allocate(8), "the inner one's room is free again");
    }
  }

  @Test
  void nestsDeeply() {
    nest(100, 0);
  }

  private static void nest(int depth, long outer) {
    if (depth > 0) {
      try (Scratch scratch = Scratch.open()) {
        long mine = scratch.allocateZeroed(8);
        assertNotEquals(outer, mine);
        Memory.putLong(mine, depth);
        nest(depth - 1, mine);
        assertEquals(depth, Memory.getLong(mine));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_519, 65_520, 65_536, 1_000_000})
  void takesWhateverIsAsked(int size) {
    byte[] bytes = new byte[size];
    java.util.Arrays.fill(bytes, (byte) 7);
    try (Scratch scratch = Scratch.open()) {
      long first = scratch.cString(bytes);
      long second = scratch.cString(bytes);
      byte[] back = new byte[size];
      Memory.copyOut(first, back, 0, size);
      assertEquals(0, Memory.getByte(first + size));
      assertTrue(java.util.Arrays.equals(bytes, back));
      assertTrue(Math.abs(second - first) >= size);
    }
  }

  @Test
  void allocationsAreAligned() {
    try (Scratch scratch = Scratch.open()) {
      for (int size = 0; size < 20; size++) {
        assertEquals(0, scratch.allocate(size) % 8);
      }
    }
  }

  @Test
  void virtualThreadsThatChangeTheirCarriersKeepTheirOwn() throws Exception {
    int threads = 200;
    CountDownLatch all = new CountDownLatch(threads);
    List<Future<Boolean>> answers = new ArrayList<>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < threads; i++) {
        long mark = i;
        answers.add(
            executor.submit(
                () -> {
                  try (Scratch scratch = Scratch.open()) {
                    long mine = scratch.allocate(8);
                    Memory.putLong(mine, mark);
                    all.countDown();
                    all.await();
                    return Memory.getLong(mine) == mark;
                  }
                }));
      }
      for (Future<Boolean> answer : answers) {
        assertTrue(answer.get());
      }
    }
  }
}
