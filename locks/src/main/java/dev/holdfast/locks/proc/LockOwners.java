package dev.holdfast.locks.proc;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whose descriptors have which locks, by {@code /proc/PID/fdinfo}: one look at every descriptor
 * that may be seen. A lock that was inherited has several owners, and the table names one of them
 * that may be gone. Immutable.
 */
public final class LockOwners {
  private static final Path PROC = Path.of("/proc");

  /** An object, as the table names it. */
  private record File(int major, int minor, long inode) {
    static File of(KernelLocks.Locked lock) {
      return new File(lock.major(), lock.minor(), lock.inode());
    }
  }

  private final Map<KernelLocks.Locked, Set<Integer>> owners = new HashMap<>();
  private final Map<File, DescriptorLocks.Descriptor> descriptors = new HashMap<>();

  private LockOwners() {}

  /** Looks now. A few calls for each descriptor of the machine that may be seen. */
  public static LockOwners look() {
    LockOwners all = new LockOwners();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        all.lookAt(process);
      }
    } catch (IOException | DirectoryIteratorException incomplete) {
      // Whatever was found is still true.
    }
    return all;
  }

  private void lookAt(Path process) {
    int pid = Integer.parseInt(process.getFileName().toString());
    DescriptorLocks.of(
        process,
        (descriptor, lock) -> {
          owners.computeIfAbsent(lock, _ -> new TreeSet<>()).add(pid);
          descriptors.putIfAbsent(File.of(lock), descriptor);
        });
  }

  /**
   * The processes that have a descriptor with this lock. If none can be seen, the table's, unless
   * that has ended: then somebody has it whom we may not look into.
   */
  public Set<Integer> of(KernelLocks.Entry entry) {
    // A POSIX lock is the process's, whoever else has the file open.
    boolean ofProcess = entry.word().equals("POSIX") || entry.waiting();
    Set<Integer> found =
        ofProcess ? Set.of() : owners.getOrDefault(KernelLocks.Locked.by(entry), Set.of());
    return !found.isEmpty() || entry.pid() <= 0 || !Files.exists(PROC.resolve("" + entry.pid()))
        ? found
        : Set.of(entry.pid());
  }

  /** A name under which somebody has the locked file open; empty if none can be seen. */
  public String path(KernelLocks.Entry entry) {
    DescriptorLocks.Descriptor descriptor = descriptors.get(File.of(KernelLocks.Locked.by(entry)));
    return descriptor == null ? "" : descriptor.path();
  }
}
