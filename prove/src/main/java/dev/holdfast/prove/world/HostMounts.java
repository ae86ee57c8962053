package dev.holdfast.prove.world;

import dev.holdfast.path.proc.Mounts;
import java.io.IOException;
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

  private HostMounts() {}

  /** Every mount point, whatever is mounted there. */
  static List<String> allPoints() {
    return mounts().all().stream().map(Mounts.Mount::point).toList();
  }

  /** In the order they were mounted, the root first; later ones hide earlier ones. */
  static List<Mount> read() {
    List<Mount> mounts = new ArrayList<>();
    for (Mounts.Mount mount : mounts().all()) {
      mounts.removeIf(m -> m.point().equals(mount.point()));
      if (!NOT_FOR_FILES.contains(mount.type()) && !isSystem(mount.point())) {
        mounts.add(new Mount(mount.point(), mount.type()));
      }
    }
    return mounts;
  }

  private static Mounts mounts() {
    try {
      return Mounts.read();
    } catch (IOException e) {
      throw new WorldException("the mounts cannot be read: is /proc mounted?", e);
    }
  }

  private static boolean isSystem(String point) {
    return List.of("/proc", "/sys", "/dev").stream()
        .anyMatch(s -> point.equals(s) || point.startsWith(s + "/"));
  }
}
