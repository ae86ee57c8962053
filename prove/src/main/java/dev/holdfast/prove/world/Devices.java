package dev.holdfast.prove.world;

import static dev.holdfast.libc.process.Namespaces.MS_BIND;
import static dev.holdfast.libc.process.Namespaces.MS_NOEXEC;
import static dev.holdfast.libc.process.Namespaces.MS_NOSUID;
import static dev.holdfast.prove.world.Steps.mkdir;
import static dev.holdfast.prove.world.Steps.mount;
import static dev.holdfast.prove.world.Steps.symlink;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Namespaces;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a world has in {@code /dev}: harmless devices, and terminals of its own. */
final class Devices {
  private final boolean inUserNamespace;
  private final Map<String, Statx> devices = hostDevices();

  Devices(boolean inUserNamespace) {
    this.inUserNamespace = inUserNamespace;
  }

  void make(String dev) throws FileSystemException {
    for (Map.Entry<String, Statx> each : devices.entrySet()) {
      device(each.getValue(), "/dev/" + each.getKey(), dev + "/" + each.getKey());
    }
    mkdir(dev + "/shm", 01777);
    mkdir(dev + "/pts", 0755);
    mkdir(dev + "/mqueue", 01777);
    symlink("/proc/self/fd", dev + "/fd");
    symlink("/proc/self/fd/0", dev + "/stdin");
    symlink("/proc/self/fd/1", dev + "/stdout");
    symlink("/proc/self/fd/2", dev + "/stderr");
    symlink("pts/ptmx", dev + "/ptmx");
    SyscallResult pts =
        Namespaces.mount(
            "devpts", dev + "/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666");
    if (pts.failed() && !inUserNamespace) {
      pts.orThrow("mount", "/dev/pts");
    }
  }

  /** A node of our own where that is allowed: a bind would let root change the host's mode. */
  private void device(Statx device, String host, String node) throws FileSystemException {
    byte[] path = Paths.bytes(node);
    if (inUserNamespace) {
      Unistd.mknodat(Fcntl.AT_FDCWD, path, Statx.S_IFREG | 0600, 0).orThrow("mknodat", node);
      mount(host, node, null, MS_BIND, null);
      return;
    }
    int number = (device.rdevMajor() << 8) | device.rdevMinor();
    Unistd.mknodat(Fcntl.AT_FDCWD, path, device.mode(), number).orThrow("mknodat", node);
    Unistd.fchmodat(Fcntl.AT_FDCWD, path, device.permissions()).orThrow("fchmodat", node);
  }

  /** Those of the host that a world has, too. */
  private static Map<String, Statx> hostDevices() {
    Map<String, Statx> found = new LinkedHashMap<>();
    for (String name : List.of("null", "zero", "full", "random", "urandom", "tty")) {
      byte[] path = Paths.bytes("/dev/" + name);
      Result<Statx> stat = Statx.statx(Fcntl.AT_FDCWD, path, 0, Statx.STATX_BASIC_STATS);
      if (stat.ok()) {
        found.put(name, stat.value());
      }
    }
    return found;
  }
}
