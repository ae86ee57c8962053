package dev.holdfast.lab.proof;

import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Locks as they are usually written in Java, for the negative controls: {@code usual WAY DIRECTORY
 * WITNESS}. A second one behaves as that of {@link LockVictim}.
 */
final class UsualLock {
  /** Comes before its arguments. */
  static final String WORD = "usual";

  /** A {@code FileLock} on a file into which the number of the process is written. */
  static final String CHANNEL = "channel";

  /** The same, and the file is read while it is locked. */
  static final String READ_MEANWHILE = "read-meanwhile";

  /** A file that is there as long as the lock is held. */
  static final String CREATE = "create";

  /** The same; that of a process that has ended is removed. */
  static final String REMOVE_STALE = "remove-stale";

  private UsualLock() {}

  static void main(String[] args) throws IOException {
    Path file = Path.of(args[1], "lock");
    Witness witness = new Witness(Path.of(args[2]));
    switch (args[0]) {
      case CHANNEL -> channel(file, witness, false);
      case READ_MEANWHILE -> channel(file, witness, true);
      case CREATE -> create(file, witness);
      case REMOVE_STALE -> {
        removeStale(file);
        create(file, witness);
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void channel(Path file, Witness witness, boolean read) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        return;
      }
      witness.in(Mode.EXCLUSIVE);
      channel.write(ByteBuffer.wrap(pid()));
      if (read && Files.readAllBytes(file).length == 0) {
        throw new IOException(file + ": is empty");
      }
      witness.awaitFirst();
      channel.force(false);
      witness.out();
    }
  }

  private static byte[] pid() {
    return (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static void create(Path file, Witness witness) throws IOException {
    try {
      Files.write(file, pid(), StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException busy) {
      return;
    }
    witness.in(Mode.EXCLUSIVE);
    witness.awaitFirst();
    witness.out();
    Files.delete(file);
  }

  private static void removeStale(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    String holder = Files.readString(file).strip();
    if (!Files.exists(Path.of("/proc", holder))) {
      Files.delete(file);
    }
  }
}
