package dev.holdfast.libc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of each open descriptor, by its number: one store to put it there, and one to take
 * it out, where a list would need a lock.
 *
 * <p>Threads: safe for all. Who takes a number out must do so before it can be opened anew.
 */
final class OpenDescriptors {
  private static final int CHUNK_BITS = 10;
  private static final int CHUNK = 1 << CHUNK_BITS;

  private static final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Object>>
      CHUNKS = new AtomicReferenceArray<>(1 << 10);

  /** Higher numbers, past a million, are possible on few systems. */
  private static final Map<Integer, Object> FURTHER = new ConcurrentHashMap<>();

  private OpenDescriptors() {}

  static void put(int fd, Object kept) {
    int chunk = fd >>> CHUNK_BITS;
    if (chunk >= CHUNKS.length()) {
      FURTHER.put(fd, kept);
      return;
    }
    AtomicReferenceArray<@Nullable Object> slots = CHUNKS.getAcquire(chunk);
    if (slots == null) {
      slots = add(chunk);
    }
    slots.setRelease(fd & (CHUNK - 1), kept);
  }

  private static AtomicReferenceArray<@Nullable Object> add(int chunk) {
    AtomicReferenceArray<@Nullable Object> fresh = new AtomicReferenceArray<>(CHUNK);
    AtomicReferenceArray<@Nullable Object> first = CHUNKS.compareAndExchange(chunk, null, fresh);
    return first == null ? fresh : first;
  }

  /** Takes it out, unless something else has the number. */
  @SuppressWarnings("ReferenceEquality") // whatever it says of itself, it is this one or not
  static void remove(int fd, Object kept) {
    int chunk = fd >>> CHUNK_BITS;
    if (chunk >= CHUNKS.length()) {
      FURTHER.remove(fd, kept);
      return;
    }
    AtomicReferenceArray<@Nullable Object> slots = CHUNKS.getAcquire(chunk);
    if (slots != null) {
      int slot = fd & (CHUNK - 1);
      if (slots.getAcquire(slot) == kept) {
        slots.setRelease(slot, null);
      }
    }
  }
}
