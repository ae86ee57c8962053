package dev.holdfast.locks.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Locks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KernelLocksTest {
  @TempDir Path directory;

  private static KernelLocks.Entry entry(int place, int inode) {
    KernelLocks.Entry entry =
        KernelLocks.parse(place + ": OFDLCK ADVISORY  READ -1 fe:0a:%d 0 EOF".formatted(inode));
    assertNotNull(entry);
    return entry;
  }

  private static List<Long> inodes(List<KernelLocks.Entry> entries) {
    return entries.stream().map(KernelLocks.Entry::inode).sorted().toList();
  }

  /** Places in the table move; two who share one lock have two lines that are alike. */
  @Test
  void twoLooksHaveWhatEitherHas() {
    List<KernelLocks.Entry> first = List.of(entry(1, 5), entry(2, 6), entry(3, 6));
    List<KernelLocks.Entry> second = List.of(entry(1, 6), entry(2, 6), entry(3, 7));
    assertEquals(List.of(5L, 6L, 6L, 7L), inodes(KernelLocks.merged(first, second)));
    assertEquals(
        List.of(6L, 6L, 6L),
        inodes(KernelLocks.merged(List.of(), List.of(entry(1, 6), entry(2, 6), entry(3, 6)))));
    assertEquals(inodes(first), inodes(KernelLocks.merged(first, first)));
  }

  /** A table of several pages, in which entries come and go before the one that is sought. */
  @Test
  void aHolderIsFoundInATableThatChanges() throws Exception {
    AtomicBoolean end = new AtomicBoolean();
    List<Held> many = new ArrayList<>();
    try (Held held = Locks.ofd(directory.resolve("held")).tryAcquire().orElseThrow()) {
      HostLock range = Locks.ofd(directory.resolve("many"));
      for (int i = 0; i < 200; i++) {
        many.add(range.range(2L * i, 1).tryAcquire().orElseThrow());
      }
      assertFalse(KernelLocks.look().atOnce());
      Thread churn =
          Thread.ofPlatform()
              .start(
                  () -> {
                    HostLock other = Locks.ofd(directory.resolve("churn"));
                    while (!end.get()) {
                      try (Held one = other.acquire()) {
                        end.compareAndSet(false, !one.isOpen());
                      } catch (java.io.IOException | InterruptedException e) {
                        throw new AssertionError(e);
                      }
                    }
                  });
      for (int i = 0; i < 20; i++) {
        assertEquals(1, held.lock().holders().size());
      }
      end.set(true);
      churn.join();
    } finally {
      end.set(true);
      many.forEach(Held::close);
    }
  }
}
