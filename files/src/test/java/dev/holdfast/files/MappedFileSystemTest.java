package dev.holdfast.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.nio.DirectoryFileSystem;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Replacement;
import dev.holdfast.files.temp.TempDirectory;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import dev.holdfast.files.tree.Cleaner;
import dev.holdfast.files.tree.CleaningReport;
import dev.holdfast.files.tree.CleaningRules;
import dev.holdfast.files.tree.ModeChange;
import dev.holdfast.files.tree.OwnerChange;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeReport;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.Requirements;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File systems that show owners and modes in their own way, and know no flags of renameat2(2). */
class MappedFileSystemTest {
  private static final String OWNERS = "--force-user=nobody";
  private static final String MODES = "-p 0777 --chmod-ignore";

  @TempDir Path dir;
  private Path store;
  private Path mounted;

  @BeforeEach
  void directories() throws Exception {
    Requirements.root("mounts");
    Requirements.program("bindfs");
    Requirements.nothingAgainst(Files.exists(Path.of("/dev/fuse")) ? null : "needs /dev/fuse");
    store = Files.createDirectory(dir.resolve("store"));
    mounted = Files.createDirectory(dir.resolve("mounted"));
  }

  private void mount(String options) throws Exception {
    Commands.Result mount =
        Commands.tried(
            "sh",
            "-c",
            "exec bindfs " + options + " \"$0\" \"$1\"",
            store.toString(),
            mounted.toString());
    assertEquals(0, mount.exit(), mount::toString);
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted != null) {
      for (int i = 0;
          i < 100 && Commands.tried("mountpoint", "-q", mounted.toString()).exit() == 0;
          i++) {
        Commands.tried("umount", mounted.toString());
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private List<String> names() throws Exception {
    try (Stream<Path> all = Files.list(store)) {
      return all.map(p -> p.getFileName().toString())
          // What FUSE calls a removed file until it has heard that nobody has it open.
          .filter(name -> !name.startsWith(".fuse_hidden"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {OWNERS, MODES, "--chmod-deny", "--chown-deny"})
  void directoriesAreMade(String options) throws Exception {
    mount(options);
    try (Directory held = Directory.open(mounted);
        TempFiles temp = TempFiles.in(held)) {
      held.mkdir("one", 0700);
      held.mkdirs("two/three", 0700).close();
      try (TempDirectory made = temp.directory("t")) {
        assertTrue(Files.isDirectory(made.path()));
      }
    }
    assertEquals(List.of("one", "two"), names());
  }

  /** What is told to be done and is not, is said of each; what is done is not. */
  @Test
  void changesThatDoNotStickAreTold() throws Exception {
    mount(MODES + " --chown-ignore");
    Path tree = Files.createDirectory(mounted.resolve("tree"));
    Files.createFile(tree.resolve("file"));
    TreeReport modes = Trees.chmod(tree, ModeChange.parse("700"), TreeOptions.defaults());
    assertEquals(2, modes.failures().size());
    assertTrue(
        modes.failures().getFirst().reason().contains("shows it with mode 0777"), modes.toString());
    TreeReport owners =
        Trees.chown(tree, new OwnerChange(1, OwnerChange.KEEP), TreeOptions.defaults());
    assertEquals(2, owners.failures().size());
    assertTrue(
        owners.failures().getFirst().reason().contains("shows it with owner 0:0"),
        owners.toString());
    assertTrue(Trees.chmod(tree, ModeChange.parse("777"), TreeOptions.defaults()).complete());
    Path below = store.resolve("tree");
    assertTrue(Trees.chmod(below, ModeChange.parse("700"), TreeOptions.defaults()).complete());
    OwnerChange owner = new OwnerChange(1, OwnerChange.KEEP);
    assertTrue(Trees.chown(below, owner, TreeOptions.defaults()).complete());
  }

  @ParameterizedTest
  @ValueSource(strings = {OWNERS, MODES, "--chown-deny"})
  void treesAreCopied(String options) throws Exception {
    mount(options);
    Path tree = Files.createDirectories(dir.resolve("tree/d"));
    Files.writeString(tree.resolve("f"), "data");
    Files.createSymbolicLink(tree.resolve("l"), Path.of("f"));
    Files.createLink(tree.resolve("g"), tree.resolve("f"));
    TreeReport report =
        Trees.copy(tree.getParent(), mounted.resolve("copy"), TreeOptions.defaults());
    assertTrue(report.complete(), report::toString);
    assertEquals("data", Files.readString(store.resolve("copy/d/g")));
    assertTrue(Files.isSymbolicLink(store.resolve("copy/d/l")));
  }

  @ParameterizedTest
  @ValueSource(strings = {OWNERS, MODES, "--chmod-deny"})
  void oldFilesAreRemovedAndNothingIsLeft(String options) throws Exception {
    mount(options);
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(40)));
    for (String name : List.of("a", "b")) {
      Files.setLastModifiedTime(Files.writeString(store.resolve(name), "x"), old);
    }
    Files.writeString(store.resolve("young"), "x");
    CleaningReport report =
        Cleaner.clean(
            mounted,
            CleaningRules.olderThan(Duration.ofDays(30)).by(CleaningRules.Time.MODIFY),
            _ -> {});
    assertTrue(report.complete(), report::toString);
    assertEquals(List.of("young"), names());
  }

  /** As mkdir(1) and touch(1) make them there. */
  @ParameterizedTest
  @ValueSource(strings = {"", "--chmod-deny", "-p 0755 --chmod-deny", OWNERS})
  void modesAreThoseOfBirthWhereTheyCannotBeSet(String options) throws Exception {
    mount(options);
    Commands.run("sh", "-c", "cd \"$0\" && mkdir usualDir && : > usual", mounted.toString());
    try (Directory held = Directory.open(mounted);
        FileSystem files = DirectoryFileSystem.of(held);
        TempFiles temp = TempFiles.in(held)) {
      held.mkdir("one", 0750);
      held.mkdirs("two/three", 0750).close();
      held.create("file", 0640).close();
      Files.createDirectories(files.getPath("/deep/er"));
      Files.writeString(files.getPath("/written"), "x");
      Files.copy(files.getPath("/written"), files.getPath("/copied"));
      try (TempFile unnamed = temp.anonymous()) {
        unnamed.linkInto(held, "linked");
      }
    }
    assertEquals(mode("usualDir"), mode("deep/er"));
    assertEquals(mode("usual"), mode("written"));
    if (!options.contains("-p")) {
      assertEquals(0750, mode("one"));
      assertEquals(0750, mode("two/three"));
      assertEquals(0640, mode("file"));
    }
    assertEquals(
        List.of("copied", "deep", "file", "linked", "one", "two", "usual", "usualDir", "written"),
        names());
  }

  private int mode(String name) throws Exception {
    return (int) Files.getAttribute(mounted.resolve(name), "unix:mode") & 07777;
  }

  @Test
  void namesAreMovedOnlyToFreeOnes() throws Exception {
    mount("");
    Files.writeString(store.resolve("f"), "f");
    Files.createDirectories(store.resolve("d/inside"));
    Files.writeString(store.resolve("taken"), "taken");
    Files.createDirectory(store.resolve("takenDir"));
    try (Directory held = Directory.open(mounted)) {
      held.rename("f", "g", RenameMode.NO_REPLACE);
      held.rename("d", "e", RenameMode.NO_REPLACE);
      for (String to : List.of("taken", "takenDir")) {
        for (String from : List.of("g", "e")) {
          assertThrows(
              FileAlreadyExistsException.class, () -> held.rename(from, to, RenameMode.NO_REPLACE));
        }
      }
    }
    assertEquals(List.of("e", "g", "taken", "takenDir"), names());
    assertTrue(Files.isDirectory(store.resolve("e/inside")));
    assertEquals("taken", Files.readString(store.resolve("taken")));
  }

  @Test
  void editsGoOnWithoutAnExchange() throws Exception {
    mount("");
    Path file = Files.writeString(store.resolve("f"), "1");
    AtomicReplace replace = AtomicReplace.of(mounted.resolve("f"));
    replace.append("2".getBytes(StandardCharsets.UTF_8));
    replace.insert(0, "0".getBytes(StandardCharsets.UTF_8));
    assertEquals("012", Files.readString(file));
    try (Directory held = Directory.open(mounted)) {
      FileIdentity identity = held.identity("f");
      Files.move(mounted.resolve("f"), mounted.resolve("away"));
      Files.writeString(mounted.resolve("f"), "another");
      assertThrows(
          StaleIdentityException.class,
          () -> AtomicReplace.of(held, "f").onlyIf(identity).write(new byte[1]));
    }
    assertEquals("another", Files.readString(file));
    assertEquals(List.of("away", "f"), names());
  }

  /** The owner is not kept, and who is in another group gets nothing by that. */
  @Test
  void whatMayNotBeKeptIsLostOnlyIfAskedFor() throws Exception {
    mount("--chown-deny --chgrp-deny");
    Path file = Files.writeString(store.resolve("f"), "old");
    Commands.run("chown", "1:2", file.toString());
    Commands.run("chmod", "664", file.toString());
    AtomicReplace replace = AtomicReplace.of(mounted.resolve("f"));
    assertThrows(
        FileSystemException.class, () -> replace.write("new".getBytes(StandardCharsets.UTF_8)));
    assertEquals("old", Files.readString(file));
    try (Replacement replacement = replace.keepWhatCanBe().begin()) {
      replacement.commit();
      assertEquals(List.of("owner", "group"), replacement.lost());
    }
    assertEquals(0604, (int) Files.getAttribute(file, "unix:mode") & 0777);
    assertFalse(Files.readString(file).contains("old"));
    assertEquals(List.of("f"), names());
  }
}
