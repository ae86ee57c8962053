package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.temp.TempDirectory;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import dev.holdfast.files.tree.Cleaner;
import dev.holdfast.files.tree.CleaningRules;
import dev.holdfast.files.tree.ModeChange;
import dev.holdfast.files.tree.OwnerChange;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.TreeVisitor;
import dev.holdfast.files.tree.Trees;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that begins at a held directory, which by then has another path. */
class HeldTreesTest {
  private static final TreeOptions USUAL = TreeOptions.defaults();

  @TempDir Path temp;
  private Path moved;
  private Directory dir;
  private long descriptors;

  @BeforeEach
  void hold() throws IOException {
    Path root = Files.createDirectories(temp.resolve("root/tree/sub")).getParent().getParent();
    Files.writeString(root.resolve("tree/sub/file"), "contents");
    Files.createSymbolicLink(root.resolve("link"), Path.of("tree"));
    descriptors = Host.openDescriptors();
    dir = Directory.open(root);
    moved = Files.move(root, temp.resolve("moved"));
    // Whoever looked the old path up again would work here.
    Files.createDirectories(temp.resolve("root/tree/sub"));
  }

  @AfterEach
  void close() throws IOException {
    dir.close();
    assertEquals(descriptors, Host.openDescriptors());
    assertTrue(Files.isDirectory(temp.resolve("root/tree/sub")), "the impostor was worked on");
  }

  private static void assertComplete(TreeReport report) {
    assertTrue(report.complete(), () -> report.failures().toString());
  }

  @Test
  void treesAreCopiedChangedAndRemoved() throws IOException {
    assertComplete(Trees.copy(dir, "tree", dir, "copy", USUAL));
    assertEquals("contents", Files.readString(moved.resolve("copy/sub/file")));
    assertComplete(Trees.chmod(dir, "copy/sub", ModeChange.parse("u=rwX,go="), USUAL));
    assertEquals(0600, dir.stat("copy/sub/file").mode());
    assertComplete(Trees.delete(dir, "copy", USUAL));
    assertFalse(dir.exists("copy"));
    try (Directory other = Directory.open(temp)) {
      assertComplete(Trees.copy(dir, ".", other, "whole", USUAL));
    }
    assertEquals("contents", Files.readString(temp.resolve("whole/tree/sub/file")));
    assertTrue(Files.isSymbolicLink(temp.resolve("whole/link")));
    TreeSet<String> seen = new TreeSet<>();
    assertComplete(
        Trees.walk(
            dir,
            ".",
            USUAL,
            entry -> {
              seen.add(entry.path().replaceFirst(".*/root(/|$)", "/"));
              return TreeVisitor.Step.CONTINUE;
            }));
    // Below the directory's own path, and with no dot in it.
    assertEquals(Set.of("/", "/link", "/tree", "/tree/sub", "/tree/sub/file"), seen);
    assertComplete(Trees.chmod(dir, ".", ModeChange.parse("go="), USUAL));
    assertEquals(0700, dir.stat().mode());
  }

  @Test
  void ownersAreChanged() throws IOException {
    Host.assumeRoot("changes owners");
    assertComplete(Trees.chown(dir, "tree", new OwnerChange(4242, 4343), USUAL));
    FileStat stat = dir.stat("tree/sub/file");
    assertEquals(List.of(4242, 4343), List.of(stat.uid(), stat.gid()));
    assertEquals(0, dir.stat("link").uid());
  }

  @Test
  void aSlashMeansADirectory() throws IOException {
    assertThrows(FileSystemException.class, () -> Trees.delete(dir, "link/", USUAL));
    assertThrows(NotDirectoryException.class, () -> Trees.delete(dir, "tree/sub/file/", USUAL));
    assertThrows(FileSystemException.class, () -> Trees.delete(dir, "../root", USUAL));
    assertTrue(dir.exists("link"));
    assertComplete(Trees.delete(dir, "tree/", USUAL));
    assertFalse(dir.exists("tree"));
    assertComplete(Trees.delete(dir, "link", USUAL));
    assertFalse(dir.exists("link"));
  }

  @Test
  void oldFilesAreRemoved() throws IOException {
    dir.setTimes("tree/sub/file", FileTime.from(Instant.EPOCH), FileTime.from(Instant.EPOCH));
    CleaningRules rules = CleaningRules.olderThan(Duration.ofDays(1)).by(CleaningRules.Time.MODIFY);
    assertTrue(Cleaner.clean(dir, rules, _ -> {}).complete());
    assertFalse(Files.exists(moved.resolve("tree/sub/file")));
    assertTrue(dir.exists("link"));
  }

  @Test
  void textsAreReadAndWritten() throws IOException {
    AtomicReplace.of(dir, "text").writeString("Grüße");
    assertEquals(0600, dir.stat("text").mode());
    assertEquals("Grüße", dir.readString("text", 100));
    assertThrows(InputLimitException.class, () -> dir.readString("text", 6));
    assertArrayEquals("Grüße".getBytes(UTF_8), dir.readAll("text", 7));
    AtomicReplace.of(dir, "text").writeString("new");
    assertEquals("new", dir.readString("text", 3));
    Files.write(moved.resolve("text"), new byte[] {(byte) 0xff});
    assertThrows(MalformedInputException.class, () -> dir.readString("text", 3));
    assertThrows(NoSuchFileException.class, () -> dir.readString("absent", 3));
    assertThrows(UnsafePathException.class, () -> AtomicReplace.of(dir, "link").writeString("x"));
    assertTrue(dir.exists("link"));
    assertThrows(PathEscapeException.class, () -> dir.exists("../root"));
  }

  @Test
  void aTextIsPutThereWhole() throws IOException {
    AtomicReplace.of(dir, "text").writeString("Grüße");
    // What was opened before keeps its contents, and a link is replaced, not followed.
    try (OpenFile before = dir.open("text", Opening.read())) {
      dir.writeString("text", "Füße", 0640);
      assertEquals("Grüße", new String(before.readAll(100), UTF_8));
    }
    assertEquals("Füße", dir.readString("text", 100));
    assertEquals(0640, dir.stat("text").mode());
    dir.symlink("text", "alias");
    dir.writeString("alias", "new", 0600);
    assertEquals("Füße", dir.readString("text", 100));
    assertEquals("new", dir.readString("alias", 100));
    dir.mkdir("taken", 0700);
    assertThrows(FileSystemException.class, () -> dir.writeString("taken", "x", 0600));
    assertThrows(IllegalArgumentException.class, () -> dir.writeString("text", "x", 644));
    assertTrue(dir.list().stream().noneMatch(e -> e.name().startsWith(".holdfast-")));
  }

  @Test
  @SuppressWarnings("try") // it is closed in the middle of it all
  void whatIsHeldIsTheSameWhateverItsName() throws IOException {
    try (HeldObject held = dir.hold("tree/sub/file");
        HeldObject link = dir.hold("link");
        HeldObject led = dir.holdFollowingLinks("link")) {
      dir.rename("tree/sub/file", "old", RenameMode.NO_REPLACE);
      AtomicReplace.of(dir, "tree/sub/file").writeString("another");
      held.chmod(0640);
      assertEquals(0640, dir.stat("old").mode());
      for (int i = 0; i < 2; i++) {
        try (OpenFile file = held.open(Opening.read())) {
          assertEquals("contents", new String(file.readAll(100), UTF_8));
        }
      }
      assertTrue(held.identity().matches(dir.identity("old")));
      assertEquals("tree", link.readlink());
      assertThrows(UnsafePathException.class, () -> link.chmod(0600));
      assertTrue(led.stat().isDirectory());
    }
    HeldObject closed = dir.hold("link");
    closed.close();
    assertThrows(IOException.class, closed::stat);
  }

  /** A chain of calls writes one text, and not each over the one before. */
  @Test
  void outputStreamsGoOnWhereTheLastEnded() throws IOException {
    try (OpenFile file = dir.create("out", 0600)) {
      file.outputStream().write("first".getBytes(UTF_8));
      try (OutputStream out = file.outputStream()) {
        out.write(", second".getBytes(UTF_8));
      }
      file.outputStream().write(", third".getBytes(UTF_8));
      for (int i = 0; i < 2; i++) {
        assertEquals("first, second, third", new String(file.inputStream().readAllBytes(), UTF_8));
      }
    }
  }

  @Test
  void whatIsTemporaryMayStay() throws IOException {
    try (TempFiles files = TempFiles.in(dir)) {
      TempFile file = files.named("kept-", "");
      TempDirectory directory = files.directory("kept-");
      String name = file.name();
      String below = directory.path().getFileName().toString();
      AtomicReplace.of(directory.directory(), "inside").writeString("x");
      file.keep();
      directory.keep();
      file.close();
      directory.close();
      assertTrue(dir.exists(name));
      assertTrue(dir.exists(below + "/inside"));
      try (TempFile anonymous = files.anonymous()) {
        assertThrows(IllegalStateException.class, anonymous::keep);
      }
      String gone;
      try (TempFile other = files.named("gone-", "")) {
        gone = other.name();
      }
      assertFalse(dir.exists(gone));
    }
  }

  @Test
  void theEmptyPathIsTheWorkingDirectory() throws IOException {
    try (Directory here = Directory.open(Path.of(""));
        Directory there = Directory.open(Path.of("").toAbsolutePath())) {
      assertTrue(here.identity().matches(there.identity()));
    }
  }
}
