package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each test with each engine: {@link #use} is called first. */
class DirectoryTest {
  @TempDir Path temp;
  private Path root;
  private Directory dir;
  private long descriptors;

  @BeforeEach
  void make() throws IOException {
    root = Files.createDirectory(temp.resolve("root"));
    Files.writeString(temp.resolve("outside"), "outside");
    dir = Directory.open(root);
  }

  @AfterEach
  void closeAndCount() throws IOException {
    assertEquals(descriptors, Host.openDescriptors(), "descriptors were left open");
    dir.close();
    assertFalse(dir.isOpen());
    assertThrows(IOException.class, () -> dir.stat("x"));
  }

  private void use(Resolution.Engine engine) throws IOException {
    dir.close();
    dir = Directory.open(root, Resolution.beneath().with(engine));
    descriptors = Host.openDescriptors();
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void createOpenRemove(Resolution.Engine engine) throws IOException {
    use(engine);
    dir.mkdir("sub", 0750);
    assertEquals(0750, dir.stat("sub").mode());
    try (OpenFile file = dir.create("sub/file", 0640)) {
      file.outputStream().write("x".getBytes(UTF_8));
      assertEquals(0640, dir.stat("sub/file").mode());
    }
    assertThrows(FileAlreadyExistsException.class, () -> dir.create("sub/file", 0640));
    assertThrows(FileAlreadyExistsException.class, () -> dir.mkdir("sub", 0700));
    try (OpenFile file = dir.open("sub/file", Opening.read().singleLink())) {
      assertEquals("x", new String(file.readAll(9), UTF_8));
      assertTrue(file.path().endsWith("root/sub/file"));
    }
    assertThrows(DirectoryNotEmptyException.class, () -> dir.rmdir("sub"));
    assertThrows(FileSystemException.class, () -> dir.remove("sub"));
    dir.remove("sub/file");
    assertThrows(NoSuchFileException.class, () -> dir.open("sub/file", Opening.read()));
    dir.rmdir("sub/");
    assertEquals(List.of(), dir.list());
    dir.open("new", Opening.write().createIfAbsent(0600)).close();
    dir.open("new", Opening.write().createIfAbsent(0644)).close();
    assertEquals(0600, dir.stat("new").mode());
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void refusesWhatNoNameIs(Resolution.Engine engine) throws IOException {
    use(engine);
    dir.mkdir("sub", 0700);
    assertThrows(NoSuchFileException.class, () -> dir.open("", Opening.read()));
    assertThrows(InvalidPathException.class, () -> dir.open("a\0b", Opening.read()));
    assertThrows(PathEscapeException.class, () -> dir.open("/etc/passwd", Opening.read()));
    assertThrows(PathEscapeException.class, () -> dir.open("../outside", Opening.read()));
    assertThrows(PathEscapeException.class, () -> dir.mkdirs("../x", 0700));
    assertThrows(PathEscapeException.class, () -> dir.create("sub/../../x", 0600));
    for (String special : List.of(".", "..", "sub/..", "sub/.", "./")) {
      if (!special.equals("sub/.")) {
        assertThrows(FileSystemException.class, () -> dir.rmdir(special), special);
        assertThrows(FileSystemException.class, () -> dir.mkdir(special, 0700), special);
        assertThrows(
            FileSystemException.class, () -> dir.rename(special, "y", RenameMode.REPLACE), special);
      }
      assertThrows(FileSystemException.class, () -> dir.remove(special), special);
      assertThrows(FileSystemException.class, () -> dir.create(special, 0600), special);
    }
    assertTrue(Files.isDirectory(root.resolve("sub")));
  }

  /** A slash at the end must not turn "the link" into "what the link leads to". */
  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void aSlashAtTheEndFollowsNothing(Resolution.Engine engine) throws IOException {
    use(engine);
    dir.mkdir("real", 0700);
    dir.create("real/file", 0600).close();
    dir.symlink("real", "link");
    for (String name : List.of("link", "link/", "link/.", "link//", "link/./")) {
      assertThrows(FileSystemException.class, () -> dir.openDirectory(name), name);
      assertThrows(FileSystemException.class, () -> dir.chmod(name, 0777), name);
      assertThrows(FileSystemException.class, () -> dir.rmdir(name), name);
    }
    for (String name : List.of("link/", "link/.")) {
      assertThrows(FileSystemException.class, () -> dir.remove(name), name);
      assertThrows(FileSystemException.class, () -> dir.readlink(name), name);
      assertThrows(FileSystemException.class, () -> dir.stat(name), name);
      assertThrows(
          FileSystemException.class, () -> dir.rename(name, "moved", RenameMode.REPLACE), name);
    }
    assertEquals(0700, dir.stat("real").mode());
    dir.openDirectoryFollowingLinks("link/").close();
    dir.open("link/file", Opening.read()).close();
    dir.remove("link");
    assertTrue(Files.exists(root.resolve("real/file")));
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void links(Resolution.Engine engine) throws IOException {
    use(engine);
    dir.create("file", 0600).close();
    dir.symlink("../outside", "out");
    dir.symlink("file", "in");
    assertEquals("../outside", dir.readlink("out"));
    assertEquals(FileKind.SYMLINK, dir.stat("out").kind());
    assertEquals(FileKind.REGULAR, dir.statFollowingLinks("in").kind());
    assertThrows(PathEscapeException.class, () -> dir.statFollowingLinks("out"));
    assertThrows(PathEscapeException.class, () -> dir.open("out", Opening.read().followLastLink()));
    assertThrows(UnsafePathException.class, () -> dir.open("out", Opening.read()));
    assertThrows(NotLinkException.class, () -> dir.readlink("file"));
    dir.link("file", "second");
    assertEquals(2, dir.stat("file").linkCount());
    dir.link("out", "out2");
    assertEquals("../outside", dir.readlink("out2"));
    assertThrows(FileAlreadyExistsException.class, () -> dir.link("file", "out"));
    assertThrows(FileAlreadyExistsException.class, () -> dir.symlink("x", "out"));
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void renames(Resolution.Engine engine) throws IOException {
    use(engine);
    dir.mkdir("d", 0700);
    Files.writeString(root.resolve("a"), "a");
    Files.writeString(root.resolve("b"), "b");
    dir.rename("a", "b", RenameMode.EXCHANGE);
    assertEquals("b", Files.readString(root.resolve("a")));
    assertThrows(
        FileAlreadyExistsException.class, () -> dir.rename("a", "b", RenameMode.NO_REPLACE));
    dir.rename("a", "b", RenameMode.REPLACE);
    assertEquals("b", Files.readString(root.resolve("b")));
    assertThrows(NoSuchFileException.class, () -> dir.rename("gone", "x", RenameMode.REPLACE));
    try (Directory sub = dir.openDirectory("d")) {
      dir.rename("b", sub, "moved", RenameMode.NO_REPLACE);
      assertEquals(FileKind.REGULAR, sub.stat("moved").kind());
    }
    dir.rename("d/", "e/", RenameMode.NO_REPLACE);
    dir.rename("e/moved", "back", RenameMode.NO_REPLACE);
    assertEquals("b", Files.readString(root.resolve("back")));
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void metadata(Resolution.Engine engine) throws IOException {
    use(engine);
    dir.mkdir("d", 0700);
    dir.create("d/file", 0600).close();
    dir.symlink("d/file", "link");
    dir.chmod("d/file", 0604);
    assertEquals(0604, dir.stat("d/file").mode());
    assertEquals("S03", thrown(() -> dir.chmod("link", 0777)).row().name());
    FileTime time = FileTime.from(Instant.parse("1999-12-31T23:59:59.000000001Z"));
    dir.setTimes("d/file", time, null);
    dir.setTimes("link", null, time);
    assertEquals(time, dir.stat("d/file").lastModifiedTime());
    assertEquals(time, dir.stat("link").lastAccessTime());
    assertNotEquals(time, dir.stat("d/file").lastAccessTime());
    assertNull(dir.xattr("d/file", "user.x"));
    dir.setXattr("d/file", "user.x", new byte[] {1, 2});
    assertArrayEquals(new byte[] {1, 2}, dir.xattr("d/file", "user.x"));
    assertEquals(List.of("user.x"), dir.xattrs("d/file"));
    dir.removeXattr("d/file", "user.x");
    assertEquals(List.of(), dir.xattrs("d/file"));
    assertEquals("S03", thrown(() -> dir.setXattr("link", "user.x", new byte[0])).row().name());
    dir.sync();
    assertTrue(dir.identity("d").matches(dir.identity("d/.")));
    assertFalse(dir.identity("d").matches(dir.identity("d/file")));
    if (dir.stat().uid() == 0) {
      dir.chown("link", 12, 34);
      assertEquals(12, dir.stat("link").uid());
      assertEquals(34, dir.stat("link").gid());
      assertEquals(0, dir.stat("d/file").uid());
    }
  }

  private static UnsafePathException thrown(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(UnsafePathException.class, action);
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void makesParents(Resolution.Engine engine) throws IOException {
    use(engine);
    try (Directory deep = dir.mkdirs("a/b//c/./d/", 0711)) {
      deep.create("file", 0600).close();
    }
    assertEquals(0711, dir.stat("a/b").mode());
    dir.mkdirs("a/b/c", 0700).close();
    assertEquals(0711, dir.stat("a/b/c").mode());
    dir.symlink("a/b", "link");
    dir.mkdirs("link/x/y", 0700).close();
    assertTrue(Files.isDirectory(root.resolve("a/b/x/y"), LinkOption.NOFOLLOW_LINKS));
    dir.mkdirs("a/../n", 0700).close();
    // As mkdir -p does.
    dir.mkdirs("no/x/../../n2/../n3/y", 0700).close();
    for (String made : List.of("no/x", "n2", "n3/y")) {
      assertTrue(Files.isDirectory(root.resolve(made)), made);
    }
    assertThrows(PathEscapeException.class, () -> dir.mkdirs("no2/../../n4", 0700));
    // Nobody raced: so it is not said, and not tried for long.
    dir.symlink("a/nowhere", "dangling");
    for (String through : List.of("dangling", "dangling/x", "a/../dangling/x/y")) {
      UnsafePathException dangling =
          assertThrows(UnsafePathException.class, () -> dir.mkdirs(through, 0700));
      assertTrue(dangling.getReason().contains("is a dangling symbolic link"), through);
    }
    assertThrows(
        UnsafePathException.class,
        () -> dir.open("dangling", Opening.write().createIfAbsent(0600).followLastLink()));
    assertFalse(Files.exists(root.resolve("a/nowhere")));
    assertThrows(NotDirectoryException.class, () -> dir.mkdirs("a/b/c/d/file/x", 0700));
    dir.symlink("../outside/x", "out");
    assertThrows(PathEscapeException.class, () -> dir.mkdirs("out/y", 0700));
    dir.mkdirs(".", 0700).close();
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void lists(Resolution.Engine engine) throws IOException {
    use(engine);
    for (int i = 0; i < 3000; i++) {
      dir.create("file-with-a-longish-name-" + i, 0600).close();
    }
    dir.mkdir("sub", 0700);
    List<DirectoryEntry> entries = dir.list();
    assertEquals(
        3001, entries.stream().map(DirectoryEntry::name).collect(Collectors.toSet()).size());
    assertTrue(entries.contains(new DirectoryEntry("sub", FileKind.DIRECTORY)));
    assertEquals(entries.size(), dir.list().size());
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void staysWithTheDirectoryThatWasOpened(Resolution.Engine engine) throws IOException {
    use(engine);
    Files.move(root, temp.resolve("moved"));
    Files.createDirectory(root);
    dir.create("file", 0600).close();
    assertTrue(Files.exists(temp.resolve("moved/file")));
    assertFalse(Files.exists(root.resolve("file")));
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void theRootsOwnNameIsNotFollowed(Resolution.Engine engine) throws IOException {
    use(engine);
    Path link = Files.createSymbolicLink(temp.resolve("rootlink"), root);
    for (String name : List.of(link.toString(), link + "/", link + "/.")) {
      assertThrows(
          FileSystemException.class, () -> Directory.open(name, Resolution.beneath()), name);
    }
    Directory.openFollowingLinks(link, Resolution.beneath()).close();
    Directory.open("/", Resolution.beneath()).close();
    Directory.open("/etc/..", Resolution.beneath()).close();
  }

  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void aHandleOfItsOwn(Resolution.Engine engine) throws IOException {
    use(engine);
    dir.mkdir("d", 0700);
    dir.symlink("d", "link");
    try (Directory strict = dir.with(dir.resolution().noSymlinks())) {
      assertThrows(UnsafePathException.class, () -> strict.create("link/x", 0600));
      dir.create("link/x", 0600).close();
    }
    dir.stat("link/x");
  }

  /** As the kernel and the default file system answer. */
  @ParameterizedTest
  @EnumSource(Resolution.Engine.class)
  void namesThatAreNoEntrys(Resolution.Engine engine) throws IOException {
    use(engine);
    dir.mkdirs("d/e", 0700).close();
    dir.create("f", 0600).close();
    for (String name : List.of(".", "d/..", "d/e/..", "d/e/../..")) {
      assertThrows(FileAlreadyExistsException.class, () -> dir.mkdir(name, 0700), name);
      assertThrows(FileAlreadyExistsException.class, () -> dir.create(name, 0600), name);
      assertThrows(FileAlreadyExistsException.class, () -> dir.symlink("x", name), name);
      assertThrows(FileSystemException.class, () -> dir.rmdir(name), name);
      assertThrows(
          FileSystemException.class, () -> dir.rename(name, "g", RenameMode.REPLACE), name);
    }
    assertThrows(PathEscapeException.class, () -> dir.mkdir("..", 0700));
    assertThrows(PathEscapeException.class, () -> dir.mkdir("d/../..", 0700));
    assertThrows(NoSuchFileException.class, () -> dir.mkdir("no/..", 0700));
    assertThrows(NoSuchFileException.class, () -> dir.remove("no/"));
    assertThrows(NotDirectoryException.class, () -> dir.remove("f/"));
    FileSystemException is = assertThrows(FileSystemException.class, () -> dir.remove("d/"));
    assertTrue(is.getReason().contains("EISDIR"), is.getReason());
    try (Directory top = dir.with(Resolution.inRoot().with(engine))) {
      assertThrows(FileAlreadyExistsException.class, () -> top.mkdir("..", 0700));
    }
  }
}
