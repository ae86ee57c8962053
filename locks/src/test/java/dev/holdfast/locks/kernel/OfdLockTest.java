package dev.holdfast.locks.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OfdLockTest extends KernelLockContract {
  @Override
  protected Kind kind() {
    return Kinds.OFD;
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

  @Test
  void rangesExcludeWhereTheyOverlap() throws IOException {
    Path path = directory.resolve(newName());
    try (Held low = Locks.ofd(path).range(0, 10).tryAcquire().orElseThrow();
        Held high = Locks.ofd(path).range(10, 0).tryAcquire().orElseThrow()) {
      assertTrue(Locks.ofd(path).range(5, 10).tryAcquire().isEmpty());
      assertTrue(Locks.ofd(path).tryAcquire().isEmpty());
      assertTrue(low.isOpen() && high.isOpen());
    }
    assertTrue(isFree(Locks.ofd(path)));
  }
}
