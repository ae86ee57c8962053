package dev.holdfast.locks.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Deadline;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotLookTest {
  /** Only counts how often it is disposed of. */
  private static final class Counting implements Engine {
    private int disposed;

    @Override
    public Key key() {
      return Key.ofName(Kinds.FILE, 1, 2, new byte[] {'x'});
    }

    @Override
    public String name() {
      return "x";
    }

    @Override
    public boolean tryClaim(Mode mode) {
      return true;
    }

    @Override
    public boolean claim(Mode mode, Deadline deadline) {
      return true;
    }

    @Override
    public void release() {}

    @Override
    public long token(Mode mode) {
      return 0;
    }

    @Override
    public void check(Mode mode) {}

    @Override
    public List<Holder> holders() {
      return List.of();
    }

    @Override
    public void dispose() {
      disposed++;
    }
  }

  /** Whoever looks for holders does it through descriptors, whose numbers others get afterwards. */
  @Test
  void nobodyLooksThroughWhatIsClosed() {
    Counting engine = new Counting();
    Slot slot = new Slot(engine);
    assertTrue(slot.beginLook());
    assertFalse(slot.retire());
    assertEquals(0, engine.disposed);
    slot.endLook();

    assertTrue(slot.retire());
    assertEquals(1, engine.disposed);
    assertFalse(slot.beginLook());
  }
}
