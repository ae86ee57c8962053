package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.nio.DirectoryFileSystem;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Durability;
import dev.holdfast.files.temp.TempDirectory;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Attackers that are processes of their own, at full speed, against each operation. The usual way
 * has as many rounds to lose in as ours has to hold.
 */
class LiveRaceTest {
  private static final int ROUNDS = Host.rounds(20_000);

  /** For a control whose window is small: it goes on until it met the attack once. */
  private static final int MANY = 400_000;

  @TempDir Path dir;
  private Path arena;
  private Path outside;

  @BeforeEach
  void setUp() throws IOException {
    open(dir, "rwxr-xr-x");
    arena = open(Files.createDirectory(dir.resolve("arena")), "rwxrwxrwx");
    outside = Files.createDirectory(dir.resolve("outside"));
    Files.writeString(outside.resolve("f0"), "canary");
  }

  private static Path open(Path path, String permissions) throws IOException {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  /** One try; true if the attacker won. */
  private interface Round {
    boolean lost() throws IOException;
  }

  /** What came of the rounds. */
  private record Outcome(int lostIn, int done, int refused) {}

  /**
   * The usual way: as many rounds as it takes it to lose. How often the attacker gets the processor
   * is not ours to say.
   */
  private static Outcome untilLost(Round round) {
    return play(MANY, false, round);
  }

  /** Ours: never fewer rounds than the usual way had, and until it met the attack. */
  private static Outcome holds(Outcome usual, Round round) {
    return holds(usual, ROUNDS, round);
  }

  private static Outcome holds(Outcome usual, int rounds, Round round) {
    return play(Math.max(rounds, usual.lostIn + 1), true, round);
  }

  private static Outcome play(int rounds, boolean untilMet, Round round) {
    int done = 0;
    int refused = 0;
    for (int i = 0; i < rounds || (untilMet && refused == 0 && i < MANY); i++) {
      try {
        if (round.lost()) {
          return new Outcome(i, done, refused);
        }
        done++;
      } catch (IOException e) {
        refused++;
      }
    }
    return new Outcome(-1, done, refused);
  }

  private static void report(String what, Outcome usual, Outcome ours, long attacks) {
    System.out.printf(
        "%s: the usual way lost in round %d; ours held, done %d, refused %d; %d attacks%n",
        what, usual.lostIn, ours.done, ours.refused, attacks);
    assertTrue(usual.lostIn >= 0, "the usual way held: this attack proves nothing");
    assertEquals(-1, ours.lostIn, "lost in this round");
    assertTrue(ours.done > 0, "it never got through: this proves nothing");
    assertTrue(ours.refused > 0, "the attack was never met: this proves nothing");
  }

  private static boolean isCanary(byte[] read) {
    return new String(read, UTF_8).startsWith("canary");
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void aDirectoryOnTheWayIsSwapped(Resolution.Engine engine) throws Exception {
    Path way = open(Files.createDirectory(arena.resolve("d")), "rwxrwxrwx");
    Path file = Files.writeString(way.resolve("f0"), "victim");
    try (SwapAttacker.Running attacker = SwapAttacker.Running.start(arena, outside, "d");
        Directory held = Directory.open(arena, Resolution.beneath().with(engine))) {
      Outcome usual =
          untilLost(() -> !Files.isSymbolicLink(way) && isCanary(Files.readAllBytes(file)));
      Outcome ours =
          holds(
              usual,
              () -> {
                try (OpenFile open = held.open("d/f0", Opening.read())) {
                  return isCanary(open.readAll(100));
                }
              });
      report("open below a swapped directory, " + engine, usual, ours, attacker.stop());
    }
  }

  @Test
  void theFileItselfIsSwapped() throws Exception {
    Path file = Files.writeString(arena.resolve("f"), "victim");
    try (SwapAttacker.Running attacker =
        SwapAttacker.Running.start(arena, outside.resolve("f0"), "f")) {
      Outcome usual =
          untilLost(() -> !Files.isSymbolicLink(file) && isCanary(Files.readAllBytes(file)));
      Outcome ours =
          holds(
              usual,
              () -> {
                try (OpenFile open = OpenFile.open(file, Opening.read())) {
                  return isCanary(open.readAll(100));
                }
              });
      report("open of a swapped file", usual, ours, attacker.stop());
    }
  }

  @Test
  void whatIsReplacedIsSwapped() throws Exception {
    Path canary = outside.resolve("f0");
    Files.setPosixFilePermissions(canary, PosixFilePermissions.fromString("rw-rw-rw-"));
    Path file = Files.writeString(arena.resolve("f"), "victim");
    try (SwapAttacker.Running attacker = SwapAttacker.Running.start(arena, canary, "f");
        Directory held = Directory.open(arena)) {
      Outcome usual =
          untilLost(
              () -> {
                if (!Files.isSymbolicLink(file)) {
                  Files.writeString(file, "text");
                }
                return !isCanary(Files.readAllBytes(canary));
              });
      Files.writeString(canary, "canary");
      AtomicReplace replace = AtomicReplace.of(held, "f").durability(Durability.NONE);
      Outcome ours =
          holds(
              usual,
              Host.rounds(4000),
              () -> {
                // Where ours replaced the attacker's link, he swaps two files from then on.
                Files.deleteIfExists(arena.resolve("link"));
                try {
                  replace.write("text".getBytes(UTF_8));
                } catch (UnsafePathException waiting) {
                  held.remove("f");
                  throw waiting;
                }
                return !isCanary(Files.readAllBytes(canary));
              });
      report("replacement of a swapped file", usual, ours, attacker.stop());
    }
  }

  private static byte[] readRelative(Path directory) throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      @SuppressWarnings("unchecked")
      SecureDirectoryStream<Path> secure = (SecureDirectoryStream<Path>) stream;
      try (SeekableByteChannel channel =
          secure.newByteChannel(Path.of("../../secret"), Set.of(StandardOpenOption.READ))) {
        ByteBuffer read = ByteBuffer.allocate(6);
        channel.read(read);
        return read.array();
      }
    }
  }

  /** The directory that {@code ..} starts from is moved elsewhere meanwhile. */
  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void aDirectoryOnTheWayIsMovedOut(Resolution.Engine engine) throws Exception {
    Path root = Files.createDirectories(arena.resolve("root"));
    Files.createDirectories(root.resolve("a/b"));
    Files.writeString(root.resolve("secret"), "victim");
    Files.createDirectories(outside.resolve("deep"));
    Files.writeString(outside.resolve("secret"), "canary");
    String name = "a/b/../../secret";
    try (RenameAttacker.Running attacker =
            RenameAttacker.Running.start(
                "move", root + "/a/b", outside.resolve("deep/b").toString());
        Directory held = Directory.open(root, Resolution.beneath().with(engine))) {
      // What the JDK has for this purpose holds the directory, and confines nothing.
      Outcome usual = untilLost(() -> isCanary(readRelative(root.resolve("a/b"))));
      Outcome ours =
          holds(
              usual,
              () -> {
                try (OpenFile open = held.open(name, Opening.read())) {
                  return isCanary(open.readAll(100));
                }
              });
      report("open through a moved directory, " + engine, usual, ours, attacker.stop());
    }
  }

  /** Makers and removers of the same names: only the documented, retryable error may come out. */
  @Test
  void mkdirsAmongRemovers() throws Exception {
    Path a = arena.resolve("a");
    int raced = 0;
    int spurious = 0;
    try (RenameAttacker.Running attacker = RenameAttacker.Running.start("remove", a.toString());
        Directory held = Directory.open(arena)) {
      for (int i = 0; i < ROUNDS; i++) {
        try {
          held.mkdirs("a/b/c/d", 0700).close();
        } catch (RaceDetectedException documented) {
          raced++;
        }
      }
      for (int i = 0; i < ROUNDS || (spurious == 0 && i < MANY); i++) {
        try {
          Files.createDirectories(a.resolve("b/c/d"));
        } catch (IOException e) {
          spurious++;
        }
      }
      System.out.printf(
          "mkdirs among removers: %d rounds, %d retryable errors (%.3f%%); Files.createDirectories"
              + " failed %d times; %d removals%n",
          ROUNDS, raced, 100.0 * raced / ROUNDS, spurious, attacker.stop());
    }
    assertTrue(spurious > 0, "the usual way never failed: this attack proves nothing");
    assertTrue(raced < ROUNDS / 100, "retryable errors should be rare");
  }

  /** Work in a directory that a cleaner keeps empty: what has a name there loses it at any time. */
  @Test
  void workAmongCleaners() throws Exception {
    int rounds = Host.rounds(5000);
    int raced = 0;
    int spurious = 0;
    byte[] text = "contents".getBytes(UTF_8);
    try (RenameAttacker.Running cleaner = RenameAttacker.Running.start("sweep", arena.toString());
        Directory held = Directory.open(arena);
        TempFiles temp = TempFiles.in(held)) {
      AtomicReplace kept = AtomicReplace.of(held, "kept").durability(Durability.NONE);
      for (int i = 0; i < rounds; i++) {
        try {
          kept.write(text);
          try (TempFile file = temp.named("t", "");
              TempDirectory directory = temp.directory("d");
              TempFile unnamed = temp.anonymous()) {
            write(file, text);
            write(unnamed, text);
            assertArrayEquals(text, file.file().readAll(100));
            directory.isNamed();
            unnamed.linkInto(held, "linked");
          } catch (FileAlreadyExistsException notYetCleaned) {
            // The name of the round before is still there.
          }
          held.mkdirHeld("m" + i, 0755).close();
        } catch (RaceDetectedException documented) {
          raced++;
        }
        assertArrayEquals(text, Files.readAllBytes(arena.resolve("kept")));
      }
      for (int i = 0; spurious == 0 && i < MANY; i++) {
        try {
          Path file = Files.createTempFile(arena, "t", "");
          Files.move(Files.write(file, text), arena.resolve("kept-jdk"), ATOMIC_MOVE);
        } catch (IOException e) {
          spurious++;
        }
      }
      System.out.printf(
          "work among cleaners: %d rounds, %d retryable errors (%.3f%%); the JDK's way failed %d"
              + " times; %d removals%n",
          rounds, raced, 100.0 * raced / rounds, spurious, cleaner.stop());
    }
    assertTrue(spurious > 0, "the usual way never failed: this attack proves nothing");
    assertTrue(raced < rounds / 100, "retryable errors should be rare");
  }

  private static void write(TempFile file, byte[] text) throws IOException {
    try (FileChannel channel = file.file().channel()) {
      channel.write(ByteBuffer.wrap(text));
    }
  }

  /** A flood of renames makes openat2(2) give up at {@code ..}; we do not. */
  @Test
  void resolversUnderAFloodOfRenames() throws Exception {
    Files.createDirectories(arena.resolve("one"));
    Files.createDirectories(arena.resolve("two"));
    Files.writeString(arena.resolve("f"), "victim");
    String name = "one/../two/../".repeat(50) + "f";
    try (RenameAttacker.Running attacker =
        RenameAttacker.Running.start(
            "exchange", arena.resolve("one").toString(), arena.resolve("two").toString())) {
      int single = 0;
      try (Directory held = Directory.open(arena)) {
        try (OwnedFd.Use use = held.use()) {
          int fd = use.fd();
          for (int i = 0; i < ROUNDS || (single == 0 && i < MANY); i++) {
            SyscallResult result =
                Fcntl.openat2(
                    fd,
                    FileName.encode(name),
                    Fcntl.O_PATH,
                    0,
                    Resolution.beneath().resolveFlags());
            if (result.ok()) {
              Unistd.close(result.intValue());
            } else if (result.is(Errno.EAGAIN)) {
              single++;
            }
          }
        }
      }
      StringBuilder rates = new StringBuilder();
      for (Resolution.Engine engine : Resolution.Engine.values()) {
        int failed = 0;
        try (Directory held = Directory.open(arena, Resolution.beneath().with(engine))) {
          int rounds = engine == Resolution.Engine.WALK ? ROUNDS / 10 : ROUNDS;
          for (int i = 0; i < rounds; i++) {
            try {
              held.open(name, Opening.read()).close();
            } catch (RaceDetectedException raced) {
              failed++;
            }
          }
        }
        rates.append(' ').append(engine).append(' ').append(failed);
        assertTrue(engine == Resolution.Engine.OPENAT2 || failed == 0, engine + " gave up");
      }
      System.out.printf(
          "a flood of renames: one openat2 fails %d times in %d; with retries:%s; %d renames%n",
          single, ROUNDS, rates, attacker.stop());
      assertTrue(single > 0, "the kernel never gave up: this attack proves nothing");
    }
  }

  /** What everybody writes to delete a tree. */
  private static final class UsualDelete extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }

  /** Enough that a walk is among them when the directory is swapped. */
  private static final int FILES = 16;

  private boolean outsideIsWhole() throws IOException {
    try (Stream<Path> list = Files.list(outside)) {
      return list.count() == FILES;
    }
  }

  private void fillOutside() throws IOException {
    for (int i = 0; i < FILES; i++) {
      Files.writeString(outside.resolve("f" + i), "canary");
    }
  }

  private void plant() throws IOException {
    Path made = open(Files.createDirectory(dir.resolve("made")), "rwxrwxrwx");
    Path entry = open(Files.createDirectory(made.resolve("e")), "rwxrwxrwx");
    for (int i = 0; i < FILES; i++) {
      Files.writeString(entry.resolve("f" + i), "victim");
    }
    Files.move(made, arena.resolve("tree"));
  }

  private Outcome deleteTrees(int rounds, Path tree) {
    return play(
        rounds,
        false,
        () -> {
          plant();
          try {
            Files.walkFileTree(tree, new UsualDelete());
          } finally {
            while (Files.exists(arena.resolve("tree"))) {
              Trees.delete(arena.resolve("tree"), TreeOptions.defaults());
            }
          }
          return !outsideIsWhole();
        });
  }

  private Outcome mustRefuseNothing(Outcome outcome) {
    // A walk that meets a swapped entry may end in an error or not; both are fine.
    return new Outcome(outcome.lostIn, Math.max(outcome.done, 1), Math.max(outcome.refused, 1));
  }

  /** The very same code, deleting below a held directory. */
  @Test
  void walkFileTreeOnTheFileSystemView() throws Exception {
    fillOutside();
    try (SwapAttacker.Running attacker = SwapAttacker.Running.start(arena, outside, "tree/e");
        Directory held = Directory.open(arena);
        FileSystem fileSystem = DirectoryFileSystem.of(held)) {
      Outcome usual = deleteTrees(100_000, arena.resolve("tree"));
      fillOutside();
      Outcome ours =
          deleteTrees(Math.max(Host.rounds(1000), usual.lostIn + 1), fileSystem.getPath("/tree"));
      report("walkFileTree delete", usual, mustRefuseNothing(ours), attacker.stop());
    }
  }
}
