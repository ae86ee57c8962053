package dev.holdfast.locks.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Mode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FlockLockTest extends KernelLockContract {
  @Override
  protected Kind kind() {
    return Kinds.FLOCK;
  }

  @Test
  void survivesAnotherOpenAndCloseOfTheFile() throws IOException {
    String name = newName();
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      openAndCloseElsewhere(name);
      held.ensureValid();
      assertEquals("busy", peer.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE));
    }
  }
}
