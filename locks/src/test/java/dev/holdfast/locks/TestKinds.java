package dev.holdfast.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lock of each kind that tests and their peers agree on by a name in a directory. */
final class TestKinds {
  private TestKinds() {}

  static Lock open(Kind kind, Path directory, String name) {
    Path path = directory.resolve(name);
    return switch (kind) {
      case OFD -> Locks.ofd(path);
      case POSIX -> Locks.posix(path);
      case FLOCK -> Locks.flock(path);
      case FILE -> Locks.file(path);
      case NFS -> Locks.nfs(path);
      case PID_FILE -> Locks.pidFile(path);
      case DEVICE -> device(directory, directory.resolve("dev-" + name));
      case MAIL -> Locks.mail(path);
      case PORT -> Locks.port(port(directory, name));
      case SOCKET ->
          Locks.socket("holdfast-test-" + Integer.toHexString(path.toString().hashCode()) + name);
      case MEMORY -> memory(directory, name);
      case ZOOKEEPER, POSTGRESQL -> throw new IllegalArgumentException("no test knows " + kind);
    };
  }

  /** One file, a cell for each name; the names of the contract tests end with a number. */
  private static Lock memory(Path directory, String name) {
    String digits = name.replaceAll("\\D", "");
    int cell = digits.isEmpty() ? 0 : Integer.parseInt(digits) % SharedMemory.CELLS;
    try {
      SharedMemory memory = SharedMemory.open(directory.resolve("memory"));
      return memory.lock(cell).repairedBy(() -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file stands for the device: what is locked is its name, and a flock on it. */
  private static Lock device(Path directory, Path device) {
    try {
      try {
        Files.createFile(device);
      } catch (FileAlreadyExistsException fine) {
        // The peer was first.
      }
      return Locks.device(device, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Below the ports that the kernel hands out, and another for each directory. */
  private static int port(Path directory, String name) {
    return 12_000 + Math.floorMod(directory.toString().hashCode() * 31 + name.hashCode(), 20_000);
  }
}
