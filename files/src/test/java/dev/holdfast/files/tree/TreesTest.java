package dev.holdfast.files.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Host;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.tree.TreeOptions.AfterFailure;
import dev.holdfast.files.tree.TreeOptions.HardLinks;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.ProcessIdentity;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreesTest {
  private static final TreeOptions USUAL = TreeOptions.defaults();

  @TempDir Path dir;

  private Path tree() throws IOException {
    Path tree = Files.createDirectories(dir.resolve("tree/sub/deeper")).getParent().getParent();
    Files.writeString(tree.resolve("file"), "contents");
    Files.writeString(tree.resolve("sub/other"), "more");
    Files.createSymbolicLink(tree.resolve("sub/link"), Path.of("/nowhere"));
    return tree;
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  private static void chmod(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  void deletesEverythingAndCounts() throws IOException {
    long before = Host.openDescriptors();
    TreeReport report = Trees.delete(tree(), USUAL);
    assertTrue(report.complete());
    assertEquals(3, report.done().directories());
    assertEquals(3, report.done().others());
    assertFalse(Files.exists(dir.resolve("tree")));
    assertEquals(before, Host.openDescriptors());
  }

  @Test
  void deletesALinkAndNotWhatItPointsTo() throws IOException {
    Path tree = tree();
    Path link = Files.createSymbolicLink(dir.resolve("link"), tree);
    assertEquals(1, Trees.delete(link, USUAL).done().entries());
    assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
    assertTrue(Files.exists(tree.resolve("sub/other")));
  }

  @Test
  void emptiesADirectoryAndKeepsIt() throws IOException {
    Path tree = tree();
    assertTrue(Trees.deleteContents(tree, USUAL).complete());
    assertTrue(Files.exists(tree));
    try (var list = Files.list(tree)) {
      assertEquals(0, list.count());
    }
  }

  @Test
  void emptiesNothingButDirectories() throws IOException {
    Path tree = tree();
    Path link = Files.createSymbolicLink(dir.resolve("link"), tree);
    for (Path path : List.of(tree.resolve("file"), link)) {
      TreeReport report = Trees.deleteContents(path, USUAL);
      assertEquals(
          List.of("ENOTDIR"), report.failures().stream().map(TreeFailure::errnoName).toList());
      assertTrue(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
    }
    assertTrue(Files.exists(tree.resolve("sub/other")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", ".", "..", "sub/.", "sub/.."})
  void refusesWhatIsNoNameOfAnEntry(String path) {
    assertThrows(UnsafePathException.class, () -> Trees.delete(Path.of(path), USUAL));
  }

  @Test
  void whatIsNotThereIsCountedAsVanished() throws IOException {
    assertEquals(1, Trees.delete(dir.resolve("absent"), USUAL).done().vanished());
  }

  @Test
  void copiesAttributesLinksAndHoles() throws IOException {
    Path tree = tree();
    Path file = tree.resolve("file");
    chmod(file, "rwxr-x--x");
    Files.setAttribute(file, "user:note", new byte[] {1, 2, 3});
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_123L));
    Files.createLink(tree.resolve("sub/second"), file);
    Host.mkfifo(tree.resolve("fifo"));
    try (RandomAccessFile sparse = new RandomAccessFile(tree.resolve("sparse").toFile(), "rw")) {
      sparse.seek(50_000_000);
      sparse.write(7);
      sparse.setLength(60_000_000);
    }
    Files.setLastModifiedTime(tree.resolve("sub"), FileTime.fromMillis(900_000_000_000L));

    Path copy = dir.resolve("copy");
    TreeReport report = Trees.copy(tree, copy, USUAL);

    assertTrue(report.complete(), () -> report.failures().toString());
    assertEquals("contents", Files.readString(copy.resolve("file")));
    assertEquals("rwxr-x--x", mode(copy.resolve("file")));
    assertEquals(1_000_000_000_123L, Files.getLastModifiedTime(copy.resolve("file")).toMillis());
    assertEquals(900_000_000_000L, Files.getLastModifiedTime(copy.resolve("sub")).toMillis());
    assertEquals(
        Files.getAttribute(copy.resolve("file"), "unix:ino"),
        Files.getAttribute(copy.resolve("sub/second"), "unix:ino"));
    assertEquals(3, ((byte[]) Files.getAttribute(copy.resolve("file"), "user:note")).length);
    assertEquals(Path.of("/nowhere"), Files.readSymbolicLink(copy.resolve("sub/link")));
    assertEquals(-1L, Files.mismatch(tree.resolve("sparse"), copy.resolve("sparse")));
    Statx sparse = stat(copy.resolve("sparse"));
    assertTrue(sparse.blocks() * 512 < 1_000_000, "the holes were filled");
    assertTrue(stat(copy.resolve("fifo")).isFifo());
  }

  private static Statx stat(Path path) throws IOException {
    return Statx.statx(
            Fcntl.AT_FDCWD,
            FileName.encode(path.toString()),
            Fcntl.AT_SYMLINK_NOFOLLOW,
            Statx.STATX_BASIC_STATS)
        .orThrow("statx", path.toString());
  }

  @Test
  void copiesOwnersWhenPermitted() throws IOException {
    Host.assumeRoot("giving files away");
    Path tree = tree();
    Files.setAttribute(tree.resolve("file"), "unix:uid", 65534);
    Files.setAttribute(tree.resolve("sub/link"), "unix:gid", 65534, LinkOption.NOFOLLOW_LINKS);
    assertTrue(Trees.copy(tree, dir.resolve("copy"), USUAL).complete());
    assertEquals(65534, stat(dir.resolve("copy/file")).uid());
    assertEquals(65534, stat(dir.resolve("copy/sub/link")).gid());
  }

  @Test
  void neverCopiesOntoWhatIsThere() throws IOException {
    Path tree = tree();
    Path taken = Files.writeString(dir.resolve("taken"), "keep");
    TreeReport report = Trees.copy(tree, taken, USUAL);
    assertEquals("EEXIST", report.failures().getFirst().errnoName());
    assertEquals("keep", Files.readString(taken));
  }

  @Test
  void doesNotCopyATreeIntoItselfForever() throws IOException {
    Path tree = tree();
    TreeReport report = Trees.copy(tree, tree.resolve("sub/copy"), USUAL);
    assertFalse(report.complete());
    assertTrue(Files.exists(tree.resolve("sub/copy/sub")));
    assertFalse(Files.exists(tree.resolve("sub/copy/sub/copy/sub/copy")));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 128})
  void worksTenThousandDeepWithFewDescriptors(int maxOpen) throws IOException {
    TreeOptions options = USUAL.withMaxOpenDirectories(maxOpen);
    int depth = maxOpen == 128 ? 10_000 : 600;
    makeDeep(dir.resolve("deep"), depth);
    AtomicInteger mostOpen = new AtomicInteger();
    TreeOptions watched =
        options.onProgress(
            now -> {
              try {
                mostOpen.accumulateAndGet((int) Host.openDescriptors(), Math::max);
              } catch (IOException unseen) {
                throw new UncheckedIOException(unseen);
              }
            });
    long before = Host.openDescriptors();
    TreeReport copied = Trees.copy(dir.resolve("deep"), dir.resolve("copy"), watched);
    assertTrue(copied.complete(), () -> copied.failures().toString());
    assertEquals(depth + 1, copied.done().directories());
    assertTrue(mostOpen.get() <= before + 2L * maxOpen + 8, "descriptors: " + mostOpen);
    assertTrue(Trees.chmod(dir.resolve("copy"), ModeChange.parse("go-rwx"), options).complete());
    assertEquals(depth + 1, Trees.delete(dir.resolve("copy"), options).done().directories());
    assertEquals(2L * depth + 1, Trees.delete(dir.resolve("deep"), options).done().entries());
    assertEquals(before, Host.openDescriptors());
  }

  /** Each level with a file besides the next one; by descriptor, since no path is that long. */
  private static void makeDeep(Path root, int depth) throws IOException {
    Files.createDirectory(root);
    byte[] name = FileName.encode("next-level");
    int at = open(Fcntl.AT_FDCWD, FileName.encode(root.toString()));
    for (int i = 0; i < depth; i++) {
      Unistd.mkdirat(at, name, 0700).orThrow("mkdirat", "deep");
      int file =
          (int)
              Fcntl.openat(at, FileName.encode("file"), Fcntl.O_CREAT | Fcntl.O_WRONLY, 0600)
                  .orThrow("openat", "deep");
      Unistd.close(file);
      int next = open(at, name);
      Unistd.close(at);
      at = next;
    }
    Unistd.close(at);
  }

  private static int open(int dirfd, byte[] name) throws IOException {
    return (int)
        Fcntl.openat(dirfd, name, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0).orThrow("openat", "deep");
  }

  @Test
  void namesAreBytes() throws IOException {
    Path tree = Files.createDirectory(dir.resolve("bytes"));
    int at = open(Fcntl.AT_FDCWD, FileName.encode(tree.toString()));
    int made = 0;
    for (int b = 1; b < 256; b++) {
      byte[] name = {'x', (byte) b, 'y'};
      if (b != '/') {
        Unistd.mkdirat(at, name, 0700).orThrow("mkdirat", "x");
        made++;
      }
    }
    Unistd.close(at);
    assertEquals(made + 1, Trees.copy(tree, dir.resolve("copy"), USUAL).done().directories());
    assertEquals(made + 1, Trees.delete(dir.resolve("copy"), USUAL).done().directories());
    assertEquals(made + 1, Trees.delete(tree, USUAL).done().directories());
  }

  @Test
  void hardLinksAreRefusedFoundInsideOrAllowed() throws IOException {
    Path tree = tree();
    Files.createLink(tree.resolve("sub/inside"), tree.resolve("file"));
    Path elsewhere = Files.writeString(dir.resolve("elsewhere"), "not yours");
    chmod(elsewhere, "rw-r--r--");
    Files.createLink(tree.resolve("trap"), elsewhere);
    ModeChange change = ModeChange.parse("a=rw,u+x");

    TreeReport refused = Trees.chmod(tree, change, USUAL);
    assertEquals(3, refused.done().failures());
    assertTrue(refused.failures().stream().allMatch(failure -> failure.row() == Row.S12));
    assertEquals("rw-r--r--", mode(elsewhere));

    TreeReport inside = Trees.chmod(tree, change, USUAL.withHardLinks(HardLinks.INSIDE));
    assertEquals(1, inside.done().failures(), () -> inside.failures().toString());
    assertEquals("rwxrw-rw-", mode(tree.resolve("file")));
    assertEquals("rw-r--r--", mode(elsewhere));

    assertTrue(Trees.chmod(tree, change, USUAL.withHardLinks(HardLinks.ALLOW)).complete());
    assertEquals("rwxrw-rw-", mode(elsewhere));
  }

  @Test
  void closedDirectoriesAreReportedOrForced() throws Exception {
    Path tree = tree();
    chmod(tree.resolve("sub"), "---------");
    if (Identity.geteuid() == 0) {
      // Root passes every permission: a user has to try.
      for (String path : List.of("", "file", "sub")) {
        Files.setAttribute(tree.resolve(path), "unix:uid", 65534);
      }
      chmod(dir, "rwxrwxrwx");
      String output =
          Host.run(
              Host.java(DeleteAsNobody.class, tree.toString()).command().toArray(new String[0]));
      assertEquals("EACCES true", output.strip());
    } else {
      TreeReport refused = Trees.delete(tree, USUAL);
      assertEquals("EACCES", refused.failures().getFirst().errnoName());
      assertTrue(Trees.delete(tree, USUAL.withForcePermissions(true)).complete());
    }
    assertFalse(Files.exists(tree));
  }

  /** Deletes without and then with force, as nobody. */
  static final class DeleteAsNobody {
    private DeleteAsNobody() {}

    @SuppressWarnings("SystemOut") // Its output is how it answers.
    public static void main(String[] args) throws IOException {
      ProcessIdentity.setgroups().value();
      ProcessIdentity.setresgid(65534, 65534, 65534).value();
      ProcessIdentity.setresuid(65534, 65534, 65534).value();
      Path tree = Path.of(args[0]);
      TreeReport refused = Trees.delete(tree, USUAL);
      boolean forced = Trees.delete(tree, USUAL.withForcePermissions(true)).complete();
      System.out.println(refused.failures().getFirst().errnoName() + " " + forced);
    }
  }

  @Test
  void aFailureCanBeMendedAndTriedAgain() throws IOException {
    Path tree = tree();
    Path taken = Files.createDirectories(dir.resolve("copy"));
    List<TreeFailure> seen = new ArrayList<>();
    TreeOptions mending =
        USUAL.onFailure(
            failure -> {
              seen.add(failure);
              try {
                Files.delete(taken);
              } catch (IOException unexpected) {
                throw new UncheckedIOException(unexpected);
              }
              return AfterFailure.RETRY;
            });
    assertTrue(Trees.copy(tree, taken, mending).complete());
    assertEquals(1, seen.size());
    assertEquals("more", Files.readString(taken.resolve("sub/other")));
  }

  @Test
  void aFailureCanStopTheWork() throws IOException {
    Path tree = tree();
    Files.createLink(tree.resolve("sub/inside"), tree.resolve("file"));
    TreeReport report =
        Trees.chmod(tree, ModeChange.to(0700), USUAL.onFailure(failure -> AfterFailure.STOP));
    assertTrue(report.stopped());
    assertEquals(1, report.done().failures());
  }

  @Test
  void anInterruptedThreadStops() throws IOException {
    Path tree = tree();
    Thread.currentThread().interrupt();
    TreeReport report = Trees.delete(tree, USUAL);
    assertTrue(Thread.interrupted());
    assertTrue(report.stopped());
    assertTrue(Files.exists(tree));
  }

  @Test
  void aWalkShowsPinnedObjects() throws IOException {
    Path tree = tree();
    List<String> seen = new ArrayList<>();
    List<TreeEntry> kept = new ArrayList<>();
    TreeReport report =
        Trees.walk(
            tree,
            USUAL,
            entry -> {
              seen.add(entry.depth() + " " + entry.name() + " " + entry.stat().kind());
              kept.add(entry);
              if (entry.name().equals("file")) {
                // By name it is another by now; the visitor still has the one it was shown.
                Files.delete(tree.resolve("file"));
                Files.writeString(tree.resolve("file"), "planted");
                try (OpenFile file = entry.open(Opening.read())) {
                  assertEquals("contents", new String(file.readAll(100), UTF_8));
                }
              }
              return entry.name().equals("deeper")
                  ? TreeVisitor.Step.SKIP
                  : TreeVisitor.Step.CONTINUE;
            });
    assertTrue(report.complete(), () -> report.failures().toString());
    assertEquals("0 tree DIRECTORY", seen.removeFirst());
    seen.sort(null);
    assertEquals(
        List.of(
            "1 file REGULAR",
            "1 sub DIRECTORY",
            "2 deeper DIRECTORY",
            "2 link SYMLINK",
            "2 other REGULAR"),
        seen);
    assertThrows(IllegalStateException.class, () -> kept.getFirst().open(Opening.read()).close());
  }

  @Test
  void aVisitorEndsOrFailsAWalk() throws IOException {
    Path tree = tree();
    assertTrue(Trees.walk(tree, USUAL, entry -> TreeVisitor.Step.STOP).stopped());
    TreeReport failed =
        Trees.walk(
            tree,
            USUAL,
            entry -> {
              if (entry.name().equals("other")) {
                throw new IOException("no");
              }
              return TreeVisitor.Step.CONTINUE;
            });
    assertEquals(1, failed.done().failures());
    assertEquals("no", failed.failures().getFirst().reason());
  }

  @Test
  void forgetsNoDescriptor() throws Exception {
    tree();
    long leaked = OwnedFd.leaked();
    Trees.delete(dir.resolve("tree"), USUAL);
    System.gc();
    assertEquals(leaked, OwnedFd.leaked());
  }
}
