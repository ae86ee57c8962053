package dev.holdfast.locks;

import dev.holdfast.locks.memory.SharedMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lock of each kind that tests and their peers agree on by a name in a directory. */
public final class TestKinds {
  private TestKinds() {}

  public static HostLock open(Kind kind, Path directory, String name) {
    Path path = directory.resolve(name);
    return switch (kind.word()) {
      case "ofd" -> Locks.ofd(path);
      case "posix" -> Locks.posix(path);
      case "flock" -> Locks.flock(path);
      case "file" -> Locks.file(path);
      case "nfs" -> Locks.nfs(path);
      case "pid" -> Locks.pidFile(path);
      case "device" -> device(directory, directory.resolve("dev-" + name));
      case "mail" -> Locks.mail(path);
      case "port" -> Locks.port(port(directory, name));
      case "socket" ->
          Locks.socket("holdfast-test-" + Integer.toHexString(path.toString().hashCode()) + name);
      case "memory" -> memory(directory, name);
      default -> throw new IllegalArgumentException("no test knows " + kind);
    };
  }

  /** One file, a cell for each name; the names of the contract tests end with a number. */
  private static HostLock memory(Path directory, String name) {
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
  private static HostLock device(Path directory, Path device) {
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
