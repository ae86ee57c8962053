package dev.holdfast.prove.world;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The host's mounts that hold files of people, from mountinfo (proc(5)): those of the calling
 * thread's mount namespace.
 */
final class HostMounts {
  /** A mount: where it is, and what kind of file system. */
  record Mount(String point, String type) {}

  /** Made by the kernel or by the world itself; nobody keeps files there. */
  private static final Set<String> NOT_FOR_FILES =
      Set.of(
          "proc",
          "sysfs",
          "devtmpfs",
          "devpts",
          "cgroup",
          "cgroup2",
          "mqueue",
          "hugetlbfs",
          "debugfs",
          "tracefs",
          "securityfs",
          "pstore",
          "bpf",
          "configfs",
          "fusectl",
          "efivarfs",
          "autofs",
          "binfmt_misc",
          "rpc_pipefs",
          "nsfs",
          "selinuxfs");

  private static final Path MOUNTINFO = Path.of("/proc/thread-self/mountinfo");

  private HostMounts() {}

  /** Every mount point, whatever is mounted there. */
  static List<String> allPoints() {
    return lines().stream().map(line -> unescape(line.split(" ", -1)[4])).toList();
  }

  /** In the order they were mounted, the root first; later ones hide earlier ones. */
  static List<Mount> read() {
    List<Mount> mounts = new ArrayList<>();
    for (String line : lines()) {
      String[] fields = line.split(" ", -1);
      int separator = 6;
      while (separator < fields.length && !fields[separator].equals("-")) {
        separator++;
      }
      if (separator + 1 >= fields.length) {
        continue;
      }
      String point = unescape(fields[4]);
      String type = fields[separator + 1];
      mounts.removeIf(m -> m.point().equals(point));
      if (!NOT_FOR_FILES.contains(type) && !isSystem(point)) {
        mounts.add(new Mount(point, type));
      }
    }
    return mounts;
  }

  private static List<String> lines() {
    try {
      return Files.readAllLines(MOUNTINFO, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new WorldException(MOUNTINFO + " cannot be read: is /proc mounted?", e);
    }
  }

  private static boolean isSystem(String point) {
    return List.of("/proc", "/sys", "/dev").stream()
        .anyMatch(s -> point.equals(s) || point.startsWith(s + "/"));
  }

  /** Space, tab, newline and backslash stand as three octal digits. */
  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && i + 3 < text.length()) {
        plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(text.charAt(i));
      }
    }
    byte[] bytes = plain.toString().getBytes(StandardCharsets.ISO_8859_1);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
