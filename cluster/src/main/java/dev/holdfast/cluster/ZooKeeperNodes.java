package dev.holdfast.cluster;

import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one lock: one for each who holds or waits, under a node of the lock's name. Those of
 * {@code lock()} are named as by Curator's {@code InterProcessReadWriteLock}, so that it excludes
 * beside ours.
 *
 * <p>The number at the end of a name gives the order, and only that: where the parent was deleted
 * and made again it begins anew, and after 2³¹ nodes it becomes negative.
 *
 * <p><b>Sources.</b> ZooKeeper Programmer's Guide, sequence nodes; ZooKeeper recipes, shared locks;
 * Curator, InterProcessReadWriteLock.
 */
final class ZooKeeperNodes {
  static final String WRITE = "__WRIT__";
  static final String READ = "__READ__";
  static final String PERMIT = "__PERM__";

  private static final Pattern NAME =
      Pattern.compile("(?s).*(" + WRITE + "|" + READ + "|" + PERMIT + ")(-?[0-9]{10,11})");

  /** One of them. */
  record Node(String name, String family, int number) {
    Mode mode() {
      return family.equals(WRITE) ? Mode.EXCLUSIVE : Mode.SHARED;
    }
  }

  private ZooKeeperNodes() {}

  static String prefix(ClusterLock lock) {
    if (lock.isSemaphore()) {
      return PERMIT;
    }
    return lock.mode() == Mode.EXCLUSIVE ? WRITE : READ;
  }

  /** In their order; what is no node of a lock is left out. */
  static List<Node> parse(List<String> children) {
    List<Node> nodes = new ArrayList<>();
    for (String child : children) {
      Matcher match = NAME.matcher(child);
      if (match.matches()) {
        // Parsed as a long and cut, since ten digits may be more than an int.
        nodes.add(new Node(child, match.group(1), (int) Long.parseLong(match.group(2))));
      }
    }
    sort(nodes);
    return nodes;
  }

  /** By distance, which is right also where the numbers have gone round. */
  private static void sort(List<Node> nodes) {
    if (nodes.isEmpty()) {
      return;
    }
    int any = nodes.getFirst().number();
    nodes.sort(Comparator.comparingInt(node -> node.number() - any));
  }

  /**
   * What stands between a node and its grant.
   *
   * @param granted true if nothing does
   * @param before the node to be gone first; null if it is granted, or if any may be the one
   * @param onlyThat true if no other than that stands in the way. Then none ever will: whoever
   *     comes later stands behind
   */
  record Place(boolean granted, @Nullable String before, boolean onlyThat) {}

  /** Nothing stands in the way. */
  static final Place FREE = new Place(true, null, false);

  /**
   * Where a node stands.
   *
   * @return null if it is not there
   * @throws IOException if the name is used for another purpose
   */
  static @Nullable Place place(List<Node> nodes, String mine, ClusterLock lock) throws IOException {
    String lastWriter = null;
    String last = null;
    int index = 0;
    int writers = 0;
    for (Node node : nodes) {
      if (node.family().equals(PERMIT) != lock.isSemaphore()) {
        throw new IOException(
            lock.name()
                + (lock.isSemaphore()
                    ? ": this name is used for a lock, not for a semaphore"
                    : ": this name is used for a semaphore, not for a lock"));
      }
      if (node.name().equals(mine)) {
        if (lock.isSemaphore()) {
          return new Place(index < lock.permits(), null, false);
        }
        boolean alone = lock.mode() == Mode.EXCLUSIVE;
        String before = alone ? last : lastWriter;
        return new Place(before == null, before, (alone ? index : writers) == 1);
      }
      last = node.name();
      if (node.family().equals(WRITE)) {
        lastWriter = node.name();
        writers++;
      }
      index++;
    }
    return null;
  }

  /** True if one more would have to wait. */
  static boolean isBusy(List<Node> nodes, ClusterLock lock) {
    if (lock.isSemaphore()) {
      return nodes.size() >= lock.permits();
    }
    return lock.mode() == Mode.EXCLUSIVE
        ? !nodes.isEmpty()
        : nodes.stream().anyMatch(node -> node.family().equals(WRITE));
  }

  /** A name as a part of a path: nodes cannot have every name. */
  static String escape(String name) {
    StringBuilder escaped = new StringBuilder();
    for (byte one : name.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          (one >= 'a' && one <= 'z')
              || (one >= 'A' && one <= 'Z')
              || (one >= '0' && one <= '9')
              || (one == '.' && !name.equals(".") && !name.equals(".."))
              || "-_ @:+,=".indexOf(one) >= 0;
      if (plain) {
        escaped.append((char) one);
      } else {
        escaped.append('%').append("%02X".formatted(one & 0xff));
      }
    }
    return name.isEmpty() || name.equals("zookeeper") ? "%" + escaped : escaped.toString();
  }

  /** The name that was escaped; the text itself if it is none of ours. */
  static String unescape(String text) {
    if (text.equals("%") || text.equals("%zookeeper")) {
      return text.substring(1);
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[bytes.length];
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      int value = bytes[i];
      if (value == '%') {
        if (i + 2 >= bytes.length) {
          return text;
        }
        int high = Character.digit(bytes[i + 1], 16);
        int low = Character.digit(bytes[i + 2], 16);
        if (high < 0 || low < 0) {
          return text;
        }
        value = high * 16 + low;
        i += 2;
      }
      out[length++] = (byte) value;
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }
}
