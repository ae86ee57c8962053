package dev.holdfast.locks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * In which order the threads of this process take locks one inside the other: refused is what can
 * deadlock, because both orders were really seen (L02).
 *
 * <p><b>Guarantees.</b> A program that keeps to one order everywhere, whichever it is, is never
 * refused. Of two orders that contradict each other, directly or by way of other locks, the one
 * that comes second is refused before it waits, and both places are named, also if nothing
 * deadlocked this time. What {@link Locks#all} takes together counts as taken at once.
 *
 * <p><b>Remaining races.</b> It sees this process only; another program may take the same locks in
 * another order. Two names of one lock, neither of which was used within the last second when the
 * other was, count as two. After {@value #MOST} pairs it begins anew; of what a thread holds, the
 * latest {@value #DEEPEST} count. What does not wait ({@link HostLock#tryAcquire}) is not a part of
 * any order.
 *
 * <p>The system property {@value #PROPERTY} changes the rule: {@code seen} (the default), {@code
 * key} refuses whatever goes against the order of {@link Key}, {@code off} refuses nothing.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> The Linux kernel's runtime locking correctness validator (lockdep).
 */
public final class LockOrder {
  /** The system property that changes the rule. */
  public static final String PROPERTY = "dev.holdfast.locks.order";

  /** So many pairs are kept in mind. */
  static final int MOST = 4096;

  /**
   * So many of the locks that a thread holds are asked about. Those before are mostly known to come
   * before these, and a thread may hold thousands.
   */
  public static final int DEEPEST = 16;

  /**
   * Set while a thread takes several locks together, and steps back instead of waiting for ever.
   */
  private static final ThreadLocal<Boolean> TOGETHER = new ThreadLocal<>();

  /** For each lock what was asked for while it was held, and where. */
  private static final Map<Node, Map<Node, Seen>> AFTER = new HashMap<>();

  private static int pairs;

  private LockOrder() {}

  /**
   * A lock as it was seen. With its name, since the key alone is no identity past the end of a
   * file: the next file may get the number of one that was removed.
   */
  private record Node(Key key, String name) {}

  private record Seen(String first, Place firstPlace, String second, Place secondPlace) {}

  /**
   * A thread that holds a lock is going to wait for another.
   *
   * @param heldAt where the first was acquired
   * @param askedAt where the second is asked for; only looked up if it is needed
   * @throws LockOrderException if the other order was seen before
   */
  public static void require(
      Key held,
      String heldName,
      Supplier<Place> heldAt,
      Key wanted,
      String wantedName,
      Supplier<Place> askedAt) {
    if (TOGETHER.get() != null) {
      return;
    }
    switch (System.getProperty(PROPERTY, "seen")) {
      case "off" -> {}
      case "key" -> {
        if (wanted.compareTo(held) < 0) {
          throw new LockOrderException(heldName, heldAt.get(), wantedName, askedAt.get());
        }
      }
      default ->
          requireUncontradicted(
              new Node(held, heldName), heldAt, new Node(wanted, wantedName), askedAt);
    }
  }

  private static synchronized void requireUncontradicted(
      Node held, Supplier<Place> heldAt, Node wanted, Supplier<Place> askedAt) {
    Map<Node, Seen> after = AFTER.get(held);
    if (after != null && after.containsKey(wanted)) {
      return;
    }
    Place asked = askedAt.get();
    Seen contrary = wayFrom(wanted, held);
    if (contrary != null) {
      throw new LockOrderException(
          held.name,
          heldAt.get(),
          wanted.name,
          asked,
          contrary.first,
          contrary.firstPlace,
          contrary.second,
          contrary.secondPlace);
    }
    if (pairs >= MOST) {
      AFTER.clear();
      pairs = 0;
    }
    AFTER
        .computeIfAbsent(held, _ -> new HashMap<>())
        .put(wanted, new Seen(held.name, heldAt.get(), wanted.name, asked));
    pairs++;
  }

  /** The first step of a way from one lock to another, by what was seen; null if there is none. */
  private static @Nullable Seen wayFrom(Node from, Node to) {
    Map<Node, Seen> first = AFTER.getOrDefault(from, Map.of());
    for (Map.Entry<Node, Seen> step : first.entrySet()) {
      if (step.getKey().equals(to) || leads(step.getKey(), to)) {
        return step.getValue();
      }
    }
    return null;
  }

  private static boolean leads(Node from, Node to) {
    Set<Node> seen = new HashSet<>(Set.of(from));
    Deque<Node> next = new ArrayDeque<>(seen);
    while (!next.isEmpty()) {
      for (Node after : AFTER.getOrDefault(next.remove(), Map.of()).keySet()) {
        if (after.equals(to)) {
          return true;
        }
        if (seen.add(after)) {
          next.add(after);
        }
      }
    }
    return false;
  }

  /** From now on this thread takes locks of a set, which steps back: no order is refused. */
  static void together(boolean begins) {
    if (begins) {
      TOGETHER.set(Boolean.TRUE);
    } else {
      TOGETHER.remove();
    }
  }
}
