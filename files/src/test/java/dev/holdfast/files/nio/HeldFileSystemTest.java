package dev.holdfast.files.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.FileIdentity;
import dev.holdfast.files.Host;
import dev.holdfast.files.PathEscapeException;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.UnsafePathException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code that knows only {@code java.nio.file}, on a held directory. */
class HeldFileSystemTest {
  @TempDir Path temp;
  private Path real;
  private Directory directory;
  private FileSystem fs;
  private Path root;
  private long descriptors;

  @BeforeEach
  void open() throws IOException {
    real = Files.createDirectory(temp.resolve("root"));
    Files.writeString(temp.resolve("outside"), "outside");
    directory = Directory.open(real);
    fs = DirectoryFileSystem.of(directory);
    root = fs.getPath("/");
    descriptors = Host.openDescriptors();
  }

  @AfterEach
  void close() throws IOException {
    assertEquals(descriptors, Host.openDescriptors());
    directory.close();
  }

  private Path p(String name) {
    return fs.getPath(name);
  }

  @Test
  void readsAndWrites() throws IOException {
    Files.createDirectories(p("/a/b/c"));
    Files.writeString(p("a/b/file"), "one\ntwo\n");
    assertEquals(List.of("one", "two"), Files.readAllLines(p("/a/b/file")));
    assertEquals("one\ntwo\n", Files.readString(real.resolve("a/b/file")));
    Files.writeString(p("a/b/file"), "three", StandardOpenOption.APPEND);
    assertEquals(13, Files.size(p("a/b/file")));
    try (Stream<String> lines = Files.lines(p("a/b/file"))) {
      assertEquals(3, lines.count());
    }
    try (SeekableByteChannel channel = Files.newByteChannel(p("a/b/file"))) {
      channel.position(4);
      ByteBuffer three = ByteBuffer.allocate(3);
      channel.read(three);
      assertArrayEquals("two".getBytes(UTF_8), three.array());
    }
    assertThrows(FileAlreadyExistsException.class, () -> Files.createFile(p("a/b/file")));
    assertThrows(NoSuchFileException.class, () -> Files.readString(p("a/none")));
    Files.write(p("a/b/file"), List.of("x"));
    assertEquals(2, Files.size(p("a/b/file")));
    assertTrue(Files.exists(Files.createTempFile(p("a"), "pre", ".suf")));
    try (FileChannel gone =
        FileChannel.open(
            p("gone"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      gone.write(ByteBuffer.allocate(1));
      assertTrue(Files.exists(p("gone")));
    }
    assertFalse(Files.exists(p("gone")));
  }

  @Test
  void filesWithoutAModeGetTheUmask() throws Exception {
    Files.createFile(p("file"));
    Files.createDirectory(p("dir"));
    Path control = Files.createFile(temp.resolve("control"));
    Path controlDir = Files.createDirectory(temp.resolve("controldir"));
    assertEquals(Files.getPosixFilePermissions(control), Files.getPosixFilePermissions(p("file")));
    assertEquals(
        Files.getPosixFilePermissions(controlDir), Files.getPosixFilePermissions(p("dir")));
  }

  @Test
  void walksAndLists() throws IOException {
    Files.createDirectories(p("a/b"));
    Files.writeString(p("a/b/one.txt"), "1");
    Files.writeString(p("a/two.txt"), "2");
    try (Stream<Path> walk = Files.walk(root)) {
      assertEquals(
          List.of("/", "/a", "/a/b", "/a/b/one.txt", "/a/two.txt"),
          walk.map(Path::toString).sorted().toList());
    }
    try (DirectoryStream<Path> glob = Files.newDirectoryStream(p("a"), "*.txt")) {
      assertEquals("a/two.txt", glob.iterator().next().toString());
    }
    try (Stream<Path> found = Files.find(root, 9, (path, attributes) -> attributes.size() == 1)) {
      assertEquals(2, found.filter(Files::isRegularFile).count());
    }
  }

  /** What code for the default file system expects, asked of both. */
  @Test
  void modesAndAnswersAreThoseOfTheDefaultFileSystem() throws IOException {
    for (Path base : List.of(temp.resolve("other"), root)) {
      Files.createDirectories(base);
      FileAttribute<Set<PosixFilePermission>> all =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx"));
      Files.createFile(base.resolve("f"), all);
      Files.createDirectory(base.resolve("d"), all);
      Files.newByteChannel(
              base.resolve("c"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), all)
          .close();
      assertTrue(Files.notExists(base.resolve("absent")));
      assertFalse(Files.notExists(base.resolve("f")));
    }
    for (String name : List.of("f", "d", "c")) {
      assertEquals(
          Files.getPosixFilePermissions(temp.resolve("other").resolve(name)),
          Files.getPosixFilePermissions(p(name)),
          name);
    }
    assertEquals(Files.notExists(temp.resolve("other/f/x")), Files.notExists(p("f/x")));
    for (Path each : List.of(temp.resolve("other/f"), p("f"))) {
      assertEquals("basic", Files.getFileAttributeView(each, BasicFileAttributeView.class).name());
      assertEquals("posix", Files.getFileAttributeView(each, PosixFileAttributeView.class).name());
      assertEquals("owner", Files.getFileAttributeView(each, FileOwnerAttributeView.class).name());
    }
  }

  @Test
  void copiesAndMoves() throws IOException {
    Files.writeString(p("file"), "text");
    Files.setPosixFilePermissions(p("file"), PosixFilePermissions.fromString("rw-r-----"));
    FileTime time = FileTime.from(Instant.parse("2011-01-01T00:00:00Z"));
    Files.setLastModifiedTime(p("file"), time);
    Files.copy(p("file"), p("copy"), StandardCopyOption.COPY_ATTRIBUTES);
    assertEquals("text", Files.readString(p("copy")));
    assertEquals(time, Files.getLastModifiedTime(p("copy")));
    assertEquals(0640, directory.stat("copy").mode());
    assertThrows(FileAlreadyExistsException.class, () -> Files.copy(p("file"), p("copy")));
    Files.writeString(p("file"), "new");
    Files.copy(p("file"), p("copy"), StandardCopyOption.REPLACE_EXISTING);
    assertEquals("new", Files.readString(p("copy")));
    assertThrows(FileAlreadyExistsException.class, () -> Files.move(p("file"), p("copy")));
    Files.move(p("file"), p("copy"), StandardCopyOption.REPLACE_EXISTING);
    assertFalse(Files.exists(p("file")));
    Files.createDirectory(p("dir"));
    Files.move(p("copy"), p("dir"), StandardCopyOption.REPLACE_EXISTING);
    assertEquals("new", Files.readString(p("dir")));
    Files.createSymbolicLink(p("link"), p("dir"));
    Files.copy(p("link"), p("link2"), LinkOption.NOFOLLOW_LINKS);
    assertTrue(Files.isSymbolicLink(p("link2")));
    Files.copy(p("link"), p("through"));
    assertEquals("new", Files.readString(p("through")));
    // Between file systems it goes through streams.
    Files.copy(p("through"), temp.resolve("elsewhere"));
    Files.copy(temp.resolve("elsewhere"), p("back"));
    assertEquals("new", Files.readString(p("back")));
    // Options are a list, in which one may stand twice.
    CopyOption replace = StandardCopyOption.REPLACE_EXISTING;
    Files.copy(p("back"), p("through"), replace, replace);
    Files.move(p("back"), p("through"), replace, replace);
    Files.createDirectories(p("full/x"));
    assertThrows(DirectoryNotEmptyException.class, () -> Files.delete(p("full")));
    Files.move(p("full"), p("moved"));
    Files.delete(p("moved/x"));
    Files.delete(p("moved"));
  }

  @Test
  void attributes() throws IOException {
    Files.writeString(p("file"), "text");
    Files.createSymbolicLink(p("link"), p("file"));
    BasicFileAttributes link =
        Files.readAttributes(p("link"), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    assertTrue(link.isSymbolicLink());
    assertTrue(Files.isRegularFile(p("link")));
    assertEquals(4L, Files.getAttribute(p("file"), "size"));
    assertEquals(directory.stat("file").inode(), Files.getAttribute(p("file"), "unix:ino"));
    assertEquals(
        Set.of("size", "isDirectory"),
        Files.readAttributes(p("file"), "size,isDirectory").keySet());
    Files.setAttribute(p("link"), "unix:mode", 0100604);
    assertEquals(0604, directory.stat("file").mode());
    assertEquals(
        Files.getOwner(temp.resolve("outside")).getName(), Files.getOwner(p("file")).getName());
    Files.setOwner(
        p("file"),
        fs.getUserPrincipalLookupService()
            .lookupPrincipalByName(Files.getOwner(p("file")).getName()));
    PosixFileAttributeView view =
        Files.getFileAttributeView(p("file"), PosixFileAttributeView.class);
    view.setPermissions(PosixFilePermissions.fromString("rwx------"));
    assertEquals(0700, directory.stat("file").mode());
    UserDefinedFileAttributeView user =
        Files.getFileAttributeView(p("file"), UserDefinedFileAttributeView.class);
    user.write("colour", ByteBuffer.wrap("red".getBytes(UTF_8)));
    assertEquals(List.of("colour"), user.list());
    assertEquals(3, user.size("colour"));
    user.delete("colour");
    assertTrue(Files.isSameFile(p("file"), p("link")));
    assertTrue(Files.isReadable(p("file")));
    assertTrue(Files.getFileStore(p("file")).getTotalSpace() > 0);
    assertEquals("/file", p("link").toRealPath().toString());
    assertEquals("/link", p("link").toRealPath(LinkOption.NOFOLLOW_LINKS).toString());
  }

  @Test
  void attributesByName() throws IOException {
    Files.writeString(p("file"), "text");
    Files.createSymbolicLink(p("link"), p("file"));
    // Each also on the default file system, which is the control.
    for (Path path : List.of(p("file"), p("link"), real.resolve("file"), real.resolve("link"))) {
      String name = path + ": ";
      FileTime time = FileTime.from(Instant.parse("2011-01-01T00:00:00Z"));
      Files.setAttribute(path, "posix:lastModifiedTime", time);
      assertEquals(time, Files.getAttribute(path, "unix:lastModifiedTime"), name);
      Files.setAttribute(path, "unix:lastModifiedTime", FileTime.fromMillis(1000));
      assertEquals(FileTime.fromMillis(1000), Files.getLastModifiedTime(path), name);
      Files.setAttribute(path, "unix:permissions", PosixFilePermissions.fromString("rw-r-----"));
      assertEquals(0640, (Integer) Files.getAttribute(path, "unix:mode") & 07777, name);
      Files.setAttribute(path, "unix:owner", Files.getOwner(path));
      Files.setAttribute(path, "unix:group", Files.getAttribute(path, "posix:group"));
      Files.setAttribute(path, "user:colour", ByteBuffer.wrap("red".getBytes(UTF_8)));
      assertArrayEquals("red".getBytes(UTF_8), (byte[]) Files.getAttribute(path, "user:colour"));
      assertEquals(Set.of("colour"), Files.readAttributes(path, "user:*").keySet(), name);
      assertEquals(
          List.of("colour"),
          Files.getFileAttributeView(path, UserDefinedFileAttributeView.class).list(),
          name);
      assertThrows(FileSystemException.class, () -> Files.getAttribute(path, "user:none"), name);
      for (String unknown : List.of("size", "basic:", ":size", "owner:group", "unix:none")) {
        assertThrows(
            IllegalArgumentException.class,
            () -> Files.setAttribute(path, unknown, 1L),
            name + unknown);
      }
      for (String unknown : List.of("none", "none,*", "*,none", "unix:none")) {
        assertThrows(
            IllegalArgumentException.class,
            () -> Files.readAttributes(path, unknown),
            name + unknown);
      }
      assertThrows(
          UnsupportedOperationException.class, () -> Files.setAttribute(path, "none:size", 1L));
    }
  }

  @Test
  void whatIsThereAlreadyIsNeitherCopiedNorMoved() throws IOException {
    Files.createDirectory(p("dir"));
    Files.writeString(p("file"), "text");
    Files.createLink(p("hard"), p("file"));
    Files.createSymbolicLink(p("link"), p("file"));
    List<FileIdentity> before = identities();
    for (String name : List.of("dir", "file", "link")) {
      Path other = p("dir/../" + name);
      Files.copy(p(name), other, LinkOption.NOFOLLOW_LINKS);
      Files.copy(p(name), other, StandardCopyOption.REPLACE_EXISTING, LinkOption.NOFOLLOW_LINKS);
      Files.move(p(name), other);
      Files.move(p(name), other, StandardCopyOption.REPLACE_EXISTING);
      assertEquals(before, identities(), name);
    }
    Files.copy(p("link"), p("file"));
    Files.copy(p("file"), p("hard"), StandardCopyOption.REPLACE_EXISTING);
    Files.move(p("file"), p("hard"));
    assertEquals(before, identities());
    assertThrows(FileAlreadyExistsException.class, () -> Files.copy(p("file"), p("link")));
  }

  private List<FileIdentity> identities() throws IOException {
    return List.of(
        directory.identity("dir"),
        directory.identity("file"),
        directory.identity("hard"),
        directory.identity("link"));
  }

  @Test
  void channelsAreNoMoreThanWasAskedFor() throws IOException {
    Files.writeString(p("file"), "text");
    // Each also on the default file system, which is the control.
    for (Path path : List.of(p("file"), real.resolve("file"))) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
          assertThrows(NonReadableChannelException.class, () -> channel.map(mode, 0, 1));
        }
      }
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        for (MapMode mode : List.of(MapMode.READ_WRITE, MapMode.PRIVATE)) {
          assertThrows(NonWritableChannelException.class, () -> channel.map(mode, 0, 1));
        }
      }
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.APPEND)) {
        assertEquals(channel.size(), channel.position());
        channel.position(1);
        channel.write(ByteBuffer.wrap("more".getBytes(UTF_8)));
        assertEquals(channel.size(), channel.position());
      }
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        ReadableByteChannel source = Channels.newChannel(new ByteArrayInputStream(new byte[3]));
        long end = channel.size();
        assertEquals(3, channel.transferFrom(source, end + 10, 5));
        assertEquals(end + 13, channel.size());
        assertEquals(0, channel.position());
      }
    }
  }

  @Test
  void nothingLeadsOut() throws IOException {
    Files.createSymbolicLink(real.resolve("up"), Path.of("../outside"));
    Files.createSymbolicLink(real.resolve("absolute"), temp.resolve("outside"));
    Files.createSymbolicLink(real.resolve("parent"), Path.of(".."));
    for (String name : List.of("../outside", "/../outside", "up", "absolute", "parent/outside")) {
      assertThrows(PathEscapeException.class, () -> Files.readString(p(name)), name);
      assertThrows(FileSystemException.class, () -> Files.writeString(p(name), "x"), name);
      assertFalse(Files.exists(p(name)), name);
      assertThrows(
          FileSystemException.class,
          () ->
              Files.setPosixFilePermissions(p(name), PosixFilePermissions.fromString("---------")),
          name);
    }
    assertThrows(FileSystemException.class, () -> Files.createLink(p("hard"), p("../outside")));
    assertThrows(FileSystemException.class, () -> Files.move(p("up"), p("../moved")));
    Files.delete(p("up"));
    assertEquals("outside", Files.readString(temp.resolve("outside")));
  }

  @Test
  void refusesClearly() throws IOException {
    Host.mkfifo(real.resolve("fifo"));
    assertEquals(
        "S11",
        assertThrows(UnsafePathException.class, () -> Files.readString(p("fifo"))).row().name());
    Files.createSymbolicLink(real.resolve("dangling"), Path.of("nowhere"));
    assertThrows(FileSystemException.class, () -> Files.writeString(p("dangling"), "x"));
    assertFalse(Files.exists(real.resolve("nowhere")));
    Files.writeString(p("file"), "x");
    assertThrows(UnsupportedOperationException.class, fs::newWatchService);
    FileChannel deleting =
        FileChannel.open(p("file"), StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
    fs.close();
    assertThrows(ClosedFileSystemException.class, () -> Files.exists(p("file")));
    deleting.close();
    assertFalse(Files.exists(real.resolve("file")));
    assertTrue(directory.isOpen());
    FileSystem other = DirectoryFileSystem.of(directory);
    directory.close();
    assertFalse(other.isOpen());
    assertThrows(ClosedFileSystemException.class, () -> Files.exists(other.getPath("file")));
    directory = Directory.open(real);
  }

  /** Names in archives look so; the control is the default file system. */
  @Test
  void directoriesAreMadeThroughDotsAsElsewhere() throws IOException {
    for (String name : List.of("n/../z", "x/./y", "a/b/../../c", ".", "c/..", "c/../d/")) {
      Files.createDirectories(temp.resolve("control").resolve(name));
      Files.createDirectories(p(name));
      Files.createDirectories(root.resolve(name));
    }
    try (Stream<Path> made = Files.walk(temp.resolve("control"));
        Stream<Path> here = Files.walk(root)) {
      // Some JDKs cut n/.. short, and others make n on the way.
      assertTrue(
          here.map(path -> root.relativize(path).toString())
              .toList()
              .containsAll(
                  made.map(path -> temp.resolve("control").relativize(path).toString()).toList()));
    }
    assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectory(p("c/..")));
    for (String name : List.of("../up", "c/../../up", "q/../../up")) {
      assertThrows(PathEscapeException.class, () -> Files.createDirectories(p(name)), name);
    }
    try (Directory top = directory.with(Resolution.inRoot());
        FileSystem inRoot = DirectoryFileSystem.of(top)) {
      Files.createDirectories(inRoot.getPath("../up"));
      Files.createDirectories(inRoot.getPath("c/../../../up2"));
    }
    assertTrue(Files.isDirectory(real.resolve("up")));
    assertTrue(Files.isDirectory(real.resolve("up2")));
    assertFalse(Files.exists(temp.resolve("up")));
  }

  @Test
  void patternsMatchNamesThatAreNoText() throws IOException {
    directory.create("a\uDCFF.txt", 0600).close();
    directory.create("b.txt", 0600).close();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(root, "*.txt")) {
      Set<String> names = new TreeSet<>();
      stream.forEach(path -> names.add(path.getFileName().toString()));
      assertEquals(Set.of("a\uDCFF.txt", "b.txt"), names);
    }
  }

  @Test
  void directoryStreamsAreSecureOnes() throws IOException {
    Files.createDirectories(p("a/b"));
    Files.writeString(p("a/file"), "x");
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(p("a"))) {
      @SuppressWarnings("unchecked")
      SecureDirectoryStream<Path> secure = (SecureDirectoryStream<Path>) stream;
      Files.move(real.resolve("a"), real.resolve("moved"));
      try (SeekableByteChannel channel =
          secure.newByteChannel(p("file"), Set.of(StandardOpenOption.READ))) {
        assertEquals(1, channel.size());
      }
      // The JDK's own opens this.
      assertThrows(
          FileSystemException.class,
          () -> secure.newByteChannel(p("../../outside"), Set.of(StandardOpenOption.READ)));
      try (SecureDirectoryStream<Path> below = secure.newDirectoryStream(p("b"))) {
        secure.move(p("file"), below, p("moved"));
      }
      assertTrue(
          java.util.Objects.requireNonNull(
                  secure.getFileAttributeView(p("b"), PosixFileAttributeView.class))
              .readAttributes()
              .isDirectory());
      assertThrows(FileSystemException.class, () -> secure.deleteDirectory(p("b/moved")));
      secure.deleteFile(p("b/moved"));
      secure.deleteDirectory(p("b"));
      assertFalse(stream.iterator().hasNext());
    }
  }
}
