package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FlockLockTest extends KernelLockContract {
  @Override
  Kind kind() {
    return Kind.FLOCK;
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
