package dev.holdfast.files.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Host;
import dev.holdfast.files.SwapAttacker;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tree is the attacker's, who swaps its entries for links to the outside all the time. The
 * usual way has the same number of rounds to lose in as ours has to hold.
 */
class TreesAttackTest {
  private static final int ROUNDS = Host.rounds(600);
  private static final int ENTRIES = 6;
  private static final int FILES = 3;

  @TempDir Path dir;
  private Path arena;
  private Path outside;
  private Path canary;

  /** One way of doing the work. */
  private interface Way {
    void run(Path tree) throws IOException;
  }

  /** Whether the outside was touched. */
  private interface Lost {
    boolean lost() throws IOException;
  }

  @BeforeEach
  void setUp() throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    arena = Files.createDirectory(dir.resolve("arena"));
    Files.setPosixFilePermissions(arena, PosixFilePermissions.fromString("rwxrwxrwx"));
    outside = Files.createDirectory(dir.resolve("outside"));
    canary = outside.resolve("f0");
    restoreOutside();
  }

  private void restoreOutside() throws IOException {
    for (int i = 0; i < FILES; i++) {
      Files.deleteIfExists(outside.resolve("f" + i));
      Path file = Files.writeString(outside.resolve("f" + i), "canary");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
  }

  /** Made where the attacker cannot reach it, then put before him in one step. */
  private void plant(boolean directories) throws IOException {
    Path made = Files.createDirectory(dir.resolve("made"));
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (int i = 0; i < ENTRIES; i++) {
      Path entry = made.resolve("e" + i);
      if (directories) {
        Files.createDirectory(entry);
        Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString("rwxrwxrwx"));
        for (int j = 0; j < FILES; j++) {
          Files.writeString(entry.resolve("f" + j), "victim");
        }
      } else {
        Files.writeString(entry, "victim");
      }
    }
    Files.move(made, arena.resolve("tree"));
  }

  private static String[] names() {
    String[] names = new String[ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      names[i] = "tree/e" + i;
    }
    return names;
  }

  /** The round in which it lost, or -1 if it held in all of them. */
  private int attack(Way way, Lost lost, Path target, boolean directories) throws Exception {
    try (SwapAttacker.Running attacker = SwapAttacker.Running.start(arena, target, names())) {
      int answer = -1;
      for (int round = 0; round < ROUNDS && answer < 0; round++) {
        plant(directories);
        try {
          way.run(arena.resolve("tree"));
        } catch (IOException beaten) {
          // The usual way also trips over what it meets. What counts is the outside.
        }
        if (lost.lost()) {
          answer = round;
        }
        while (Files.exists(arena.resolve("tree"))) {
          Trees.delete(arena.resolve("tree"), TreeOptions.defaults());
        }
      }
      assertTrue(attacker.stop() > 0, "the attacker never got to work");
      Trees.deleteContents(arena, TreeOptions.defaults());
      return answer;
    }
  }

  private void holdsWhereTheUsualWayLoses(
      Way usual, Way ours, Lost lost, Path target, boolean directories) throws Exception {
    int usualLost = attack(usual, lost, target, directories);
    assertTrue(usualLost >= 0, "the usual way held: this attack proves nothing");
    restoreOutside();
    assertEquals(-1, attack(ours, lost, target, directories), "lost in this round");
  }

  @Test
  void deletingNeverLeavesTheTree() throws Exception {
    deletingHolds(tree -> Trees.delete(tree, TreeOptions.defaults()));
  }

  @Test
  void twoThatDeleteNeverLeaveTheTree() throws Exception {
    deletingHolds(tree -> TreeHelperTest.deleteByTwo(tree, TreeOptions.defaults()));
  }

  private void deletingHolds(Way ours) throws Exception {
    holdsWhereTheUsualWayLoses(
        tree -> Files.walkFileTree(tree, new UsualDelete()),
        ours,
        this::outsideMissesAFile,
        outside,
        true);
  }

  private boolean outsideMissesAFile() {
    for (int i = 0; i < FILES; i++) {
      if (!Files.exists(outside.resolve("f" + i))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void copyingNeverReadsThroughALink() throws Exception {
    Path copy = dir.resolve("copy");
    Lost leaked =
        () -> {
          boolean found = false;
          for (Path path : filesIn(copy)) {
            found |= Files.readString(path).equals("canary");
          }
          Trees.delete(copy, TreeOptions.defaults());
          return found;
        };
    holdsWhereTheUsualWayLoses(
        tree -> Files.walkFileTree(tree, new UsualCopy(tree, copy)),
        tree -> Trees.copy(tree, copy, TreeOptions.defaults()),
        leaked,
        canary,
        false);
  }

  private static List<Path> filesIn(Path copy) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.exists(copy)) {
      Files.walkFileTree(
          copy,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return files;
  }

  @Test
  void changingModesNeverReachesThroughALink() throws Exception {
    holdsWhereTheUsualWayLoses(
        tree -> Files.walkFileTree(tree, new UsualChmod()),
        tree -> Trees.chmod(tree, ModeChange.parse("a+rwx"), TreeOptions.defaults()),
        () ->
            !PosixFilePermissions.toString(Files.getPosixFilePermissions(canary))
                .equals("rw-r--r--"),
        canary,
        false);
  }

  @Test
  void changingOwnersNeverReachesThroughALink() throws Exception {
    Host.assumeRoot("giving files away");
    holdsWhereTheUsualWayLoses(
        tree -> Files.walkFileTree(tree, new UsualChown()),
        tree -> Trees.chown(tree, new OwnerChange(65534, 65534), TreeOptions.defaults()),
        () -> !Files.getAttribute(canary, "unix:uid").equals(0),
        canary,
        false);
  }

  private static class UsualDelete extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException gone) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed)
        throws IOException {
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }

  private static class UsualCopy extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;

    UsualCopy(Path from, Path to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      Files.createDirectory(to.resolve(from.relativize(directory).toString()));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
      return FileVisitResult.CONTINUE;
    }
  }

  private static class UsualChmod extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
      return FileVisitResult.CONTINUE;
    }
  }

  private static class UsualChown extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile()) {
        Files.setAttribute(file, "unix:uid", 65534);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
