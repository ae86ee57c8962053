package dev.holdfast.locks.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockContract;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AbstractSocketLockTest extends LockContract {
  @Override
  protected Kind kind() {
    return Kinds.SOCKET;
  }

  /** The kernel's table has such names as they are. */
  @ParameterizedTest
  @ValueSource(
      strings = {"plain", "n\u00e9", "two\nlines", " spaces ", "\0nul\0", "@@", "a\tb", "\n"})
  void itsHolderIsFoundWhateverItsName(String end) throws IOException {
    HostLock lock = Locks.socket(newName() + end);
    assertEquals(List.of(), lock.holders());
    try (Held held = lock.tryAcquire().orElseThrow()) {
      held.ensureValid();
      assertEquals(1, lock.holders().size());
      assertEquals(ProcessHandle.current().pid(), lock.holders().getFirst().pid());
      assertEquals(List.of(), Locks.socket(newName() + end).holders());
    }
  }
}
