package dev.holdfast.lab.proof;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.memory.SharedMemory;
import dev.holdfast.locks.process.Upkeep;
import dev.holdfast.locks.report.LockFileReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Does to one lock whatever its kind can, and writes to a witness file when it holds it: {@code
 * LockVictim OPERATION KIND DIRECTORY WITNESS [CLOCK]}.
 *
 * <p>A second one of the same witness holds on, once it has the lock, until the first one has
 * ended: if the first gets it meanwhile, the witness shows two holders.
 *
 * <p>One program with {@link LockJudge} and {@link UsualLock}, so that one trained JVM does for
 * all.
 */
final class LockVictim {
  /** Everything that a kind can: alone, shared, converted, in turn. */
  static final String USE = "use";

  /** Leaves the lock as a holder does that died during another boot. */
  static final String LEAVE = "leave";

  /** Takes a lock away as an administrator. */
  static final String BREAK = "break";

  /** Counts in a file while it holds the lock: two who hold it together lose a count. */
  static final String COUNT = "count";

  /** Uses each of several kinds, so that the JVM has that in its cache. */
  static final String TRAIN = "train";

  /** How it ends if somebody else holds the lock. */
  static final int BUSY = 75;

  /** The clock of {@link Upkeep}: each look at a name is followed by another, as in a slow run. */
  static final String SLOW = "always";

  /** One look at each name, as in a quick run. */
  static final String QUICK = "never";

  /** Three kinds at once. */
  static final String SET = "set";

  private static final int PORT = 11_999;

  private final Path directory;
  private final Witness witness;

  private LockVictim(Path directory, Path witness) throws IOException {
    this.directory = directory;
    this.witness = new Witness(witness);
  }

  static HostLock open(Kind kind, Path directory) throws IOException {
    return switch (kind.word()) {
      case "memory" -> SharedMemory.open(directory.resolve("memory")).lock(0).repairedBy(() -> {});
      case "device" -> Locks.device(directory.resolve("device"), directory);
      case "port" -> Locks.port(PORT);
      case "socket" -> Locks.socket("holdfast-self-proof");
      default -> kind.named(directory.resolve("lock").toString());
    };
  }

  /** The lock file of a kind that is one. */
  static Path file(Kind kind, Path directory) {
    return directory.resolve(
        switch (kind.word()) {
          case "device" -> "LCK..device";
          case "mail" -> "lock.lock";
          case "file", "nfs", "pid" -> "lock";
          default -> throw new IllegalArgumentException("a " + kind.title() + " is not a file");
        });
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    switch (args[0]) {
      case LockJudge.WORD -> LockJudge.main(Arrays.copyOfRange(args, 1, args.length));
      case TRAIN -> train(Path.of(args[1]));
      case UsualLock.WORD -> UsualLock.main(Arrays.copyOfRange(args, 1, args.length));
      default -> run(args);
    }
  }

  private static void train(Path directory) throws IOException, InterruptedException {
    for (Kind kind :
        List.of(
            Kinds.OFD,
            Kinds.POSIX,
            Kinds.FLOCK,
            Kinds.FILE,
            Kinds.PID_FILE,
            Kinds.MAIL,
            Kinds.MEMORY)) {
      String own = Files.createDirectory(directory.resolve(kind.word())).toString();
      String log = directory.resolve(kind.word() + ".log").toString();
      run(new String[] {USE, kind.word(), own, log, SLOW});
      LockJudge.main(new String[] {USE, kind.word(), own, log});
    }
    String own = Files.createDirectory(directory.resolve(SET)).toString();
    run(new String[] {SET, Kinds.OFD.word(), own, directory.resolve("set.log").toString(), SLOW});
  }

  private static void run(String[] args) throws IOException, InterruptedException {
    if (args.length > 4) {
      System.setProperty(Upkeep.CLOCK_PROPERTY, args[4]);
    }
    LockVictim victim = new LockVictim(Path.of(args[2]), Path.of(args[3]));
    Kind kind = Kinds.of(args[1]).orElseThrow();
    switch (args[0]) {
      case USE -> victim.use(kind);
      case LEAVE -> victim.leave(kind);
      case BREAK -> victim.breakLock(kind);
      case COUNT -> victim.count(kind);
      case SET -> victim.set();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private void use(Kind kind) throws IOException, InterruptedException {
    HostLock lock = open(kind, directory);
    hold(lock);
    if (lock.capabilities().contains(Capability.SHARED)) {
      hold(lock.shared());
    }
    if (lock.capabilities().contains(Capability.FAIR)) {
      hold(lock.fair());
    }
  }

  private void hold(HostLock lock) throws IOException {
    Optional<Held> granted = lock.tryAcquire();
    if (granted.isEmpty()) {
      return;
    }
    try (Held held = granted.get()) {
      witness.in(held.mode());
      if (held.mode() == Mode.EXCLUSIVE) {
        witness.token(held.token());
      } else if (lock.capabilities().contains(Capability.CONVERT) && held.tryUpgrade()) {
        witness.out();
        witness.in(held.mode());
        held.downgrade();
      }
      held.ensureValid();
      witness.awaitFirst();
      witness.out();
    }
  }

  private void count(Kind kind) throws IOException {
    Optional<Held> granted = open(kind, directory).tryAcquire();
    if (granted.isEmpty()) {
      Runtime.getRuntime().halt(BUSY);
      return;
    }
    try (Held held = granted.get()) {
      Path counter = directory.resolve("counter");
      int next = Integer.parseInt(Files.readString(counter).strip()) + 1;
      Files.writeString(counter, next + "\n");
      held.ensureValid();
    }
  }

  private void set() throws IOException {
    List<HostLock> locks =
        List.of(
            Locks.flock(directory.resolve("c")),
            Locks.file(directory.resolve("b")),
            Locks.ofd(directory.resolve("a")));
    Optional<HeldSet> granted = Locks.all(locks).tryAcquire();
    if (granted.isPresent()) {
      try (HeldSet held = granted.get()) {
        witness.in(Mode.EXCLUSIVE);
        for (Held one : held.all()) {
          one.ensureValid();
        }
        witness.awaitFirst();
        witness.out();
      }
    }
  }

  private void leave(Kind kind) throws IOException, InterruptedException {
    Held held = open(kind, directory).acquire();
    if (!kind.equals(Kinds.MEMORY) && held.isOpen()) {
      Path file = file(kind, directory);
      byte[] contents = Files.readAllBytes(file);
      byte[] earlier = duringAnotherBoot(contents);
      if (earlier.length > 0) {
        Files.write(file, earlier);
      } else {
        var attributes = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        ByteBuffer record = ByteBuffer.allocate(attributes.size("holdfast.holder"));
        attributes.read("holdfast.holder", record);
        attributes.write("holdfast.holder", ByteBuffer.wrap(duringAnotherBoot(record.array())));
      }
    }
    Runtime.getRuntime().halt(0);
  }

  /** The record with the id of another boot; empty if this is no record. */
  private static byte[] duringAnotherBoot(byte[] record) {
    String text = new String(record, StandardCharsets.UTF_8);
    String other = text.replaceFirst("\nboot [^\n]*\n", "\nboot another\n");
    return other.equals(text) ? new byte[0] : other.getBytes(StandardCharsets.UTF_8);
  }

  private void breakLock(Kind kind) throws IOException {
    Path file = file(kind, directory);
    Optional<LockFileReport> stuck = LockFileReport.at(file);
    if (stuck.isPresent() && !LockFileReport.breakLock(file, stuck.get().token())) {
      throw new FileAlreadyExistsException(file.toString(), null, "was not broken");
    }
  }
}
