package dev.holdfast.locks;

import dev.holdfast.locks.memory.SharedMemory;
import dev.holdfast.locks.portable.PortableLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lock of each kind that tests and their peers agree on by a name in a directory. */
public final class TestKinds {
  private TestKinds() {}

  /** Of those that are registered, and the one that is for other systems. */
  static Kind of(String word) {
    return word.equals(PortableLock.KIND.word()) ? PortableLock.KIND : Kinds.of(word).orElseThrow();
  }

  public static HostLock open(Kind kind, Path directory, String name) {
    Path path = directory.resolve(name);
    try {
      return switch (kind.word()) {
        case "device" -> device(directory, directory.resolve("dev-" + name));
        case "port" -> Locks.port(port(directory, name));
        case "socket" ->
            Locks.socket("holdfast-test-" + Integer.toHexString(path.toString().hashCode()) + name);
        case "memory" -> memory(directory, name);
        default -> kind.at(path);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One file, a cell for each name; the names of the contract tests end with a number. */
  private static HostLock memory(Path directory, String name) throws IOException {
    String digits = name.replaceAll("\\D", "");
    int cell = digits.isEmpty() ? 0 : Integer.parseInt(digits) % SharedMemory.CELLS;
    SharedMemory memory = SharedMemory.open(directory.resolve("memory"));
    return memory.lock(cell).repairedBy(() -> {});
  }

  /** A file stands for the device: what is locked is its name, and a flock on it. */
  private static HostLock device(Path directory, Path device) throws IOException {
    try {
      Files.createFile(device);
    } catch (FileAlreadyExistsException fine) {
      // The peer was first.
    }
    return Locks.device(device, directory);
  }

  /** Below the ports that the kernel hands out, and another for each directory. */
  private static int port(Path directory, String name) {
    return 12_000 + Math.floorMod(directory.toString().hashCode() * 31 + name.hashCode(), 20_000);
  }
}
