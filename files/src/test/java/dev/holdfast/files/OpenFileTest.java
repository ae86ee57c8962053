package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Inotify;
import dev.holdfast.libc.Leases;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFileTest {
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.writeString(dir.resolve("file"), "contents");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private UnsafePathException refused(Path path, Opening opening) throws IOException {
    long before = Host.openDescriptors();
    UnsafePathException refusal =
        assertThrows(UnsafePathException.class, () -> OpenFile.open(path, opening).close());
    assertEquals(before, Host.openDescriptors(), "a refused open left a descriptor");
    return refusal;
  }

  @Test
  void opensAndReads() throws IOException {
    try (OpenFile open = OpenFile.open(file, Opening.read())) {
      assertEquals("contents", new String(open.readAll(100), UTF_8));
      assertEquals(FileKind.REGULAR, open.opened().kind());
      assertEquals(0640, open.opened().mode());
      assertEquals(8, open.size());
    }
  }

  @Test
  void eachCheckRefusesAndAccepts() throws IOException {
    int me = Identity.geteuid();
    Path linked = Files.writeString(dir.resolve("linked"), "x");
    Files.createLink(dir.resolve("second"), linked);
    Opening all =
        Opening.read()
            .ownedBy(me)
            .ownedByMe()
            .ownedByMeOrRoot()
            .singleLink()
            .modeWithin(0640)
            .writableByOwnerOnly()
            .sizeAtMost(8);
    try (OpenFile open = OpenFile.open(file, all)) {
      long device = open.opened().device();
      OpenFile.open(file, Opening.read().onDevice(device)).close();
      assertEquals("S13", refused(file, Opening.read().onDevice(device + 1)).row().name());
    }
    assertEquals("S01", refused(file, Opening.read().ownedBy(me + 1)).row().name());
    assertEquals("S12", refused(linked, Opening.read().singleLink()).row().name());
    assertEquals("S06", refused(file, Opening.read().modeWithin(0600)).row().name());
    assertEquals("S11", refused(file, Opening.read().sizeAtMost(7)).row().name());
    assertEquals("S11", refused(dir, Opening.read()).row().name());
  }

  /** A file server's, say: who waits is told so, and nobody raced. */
  @Test
  void aLeaseIsNoRace() throws IOException {
    try (Directory held = Directory.open(dir)) {
      OpenFile.open(file, Opening.read()).close();
      held.open("file", Opening.read()).close();
      SyscallResult leased =
          Fcntl.openat(Fcntl.AT_FDCWD, FileName.of(file).bytes(), Fcntl.O_RDONLY, 0);
      try {
        // Its usual signal would kill this process.
        assertTrue(Leases.setSignal(leased.intValue(), Signals.SIGURG).ok());
        SyscallResult lease = Leases.setlease(leased.intValue(), Leases.F_WRLCK);
        assumeTrue(lease.ok(), () -> "no leases here: " + lease);
        for (Resolution.Engine engine : Resolution.Engine.values()) {
          try (Directory way = held.with(Resolution.beneath().with(engine))) {
            assertThrows(
                FileBusyException.class, () -> way.open("file", Opening.read()), engine::name);
            assertThrows(
                FileBusyException.class,
                () -> way.open("./file", Opening.read().followLastLink()),
                engine::name);
          }
        }
        FileBusyException busy =
            assertThrows(FileBusyException.class, () -> OpenFile.open(file, Opening.read()));
        assertTrue(busy.getReason().contains("lease"), busy.getReason());
      } finally {
        Unistd.close(leased.intValue());
      }
      held.open("file", Opening.read()).close();
    }
  }

  /** The one that was opened, also of a name that is not text. */
  @Test
  void pathsAreThoseOfTheNames() throws IOException {
    String odd = FileName.decode(new byte[] {'a', (byte) 0xff});
    try (Directory held = Directory.open(dir);
        OpenFile open = held.open("file", Opening.read())) {
      assertEquals(dir, held.toPath());
      assertEquals(file, open.toPath());
      try (OpenFile strange = held.create(odd, 0600)) {
        assertEquals(dir + "/" + odd, strange.path());
        Files.writeString(strange.toPath(), "strange");
        assertEquals("strange".length(), strange.stat().size());
      }
    }
  }

  @Test
  void neverFollowsTheLastLinkUnlessTold() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("link"), file);
    UnsafePathException refusal = refused(link, Opening.read());
    assertEquals("ELOOP", refusal.errnoName());
    OpenFile.open(link, Opening.read().followLastLink()).close();
  }

  @Test
  void aTrailingSlashDoesNotUndoNoFollow() throws IOException {
    Files.createSymbolicLink(dir.resolve("link"), file);
    Files.createDirectory(dir.resolve("sub"));
    Files.createSymbolicLink(dir.resolve("dirlink"), dir.resolve("sub"));
    Opening directory = Opening.read().kinds(FileKind.DIRECTORY, FileKind.REGULAR);
    for (String name : List.of("link/", "dirlink/", "dirlink/.", "dirlink/./", "link/.")) {
      assertThrows(
          FileSystemException.class, () -> OpenFile.open(dir + "/" + name, directory), name);
    }
  }

  @Test
  void aLimitCanBeAsLargeAsALong() throws IOException {
    Files.writeString(dir.resolve("file"), "text");
    try (OpenFile file = OpenFile.open(dir.resolve("file"), Opening.read());
        InputStream in = file.boundedInputStream(Long.MAX_VALUE, Duration.ofMinutes(1))) {
      assertEquals("text", new String(in.readAllBytes(), UTF_8));
    }
  }

  @Test
  void neverBlocksOnAFifo() throws IOException {
    Path fifo = dir.resolve("fifo");
    Host.mkfifo(fifo);
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          assertEquals("S11", refused(fifo, Opening.read()).row().name());
          assertEquals("S11", refused(fifo, Opening.write()).row().name());
          assertEquals("S11", refused(fifo, Opening.readWrite()).row().name());
        });
  }

  @Test
  void refusesDevices() throws IOException {
    assertEquals("S11", refused(Path.of("/dev/zero"), Opening.read()).row().name());
  }

  @Test
  void endlessInputIsCutOff() throws IOException {
    Opening device = Opening.read().kinds(FileKind.CHARACTER_DEVICE);
    try (OpenFile zero = OpenFile.open(Path.of("/dev/zero"), device)) {
      assertThrows(InputLimitException.class, () -> zero.readAll(1 << 16));
    }
    Path fifo = dir.resolve("fifo");
    Host.mkfifo(fifo);
    Opening both = Opening.readWrite().kinds(FileKind.FIFO);
    try (OpenFile silent = OpenFile.open(fifo, both)) {
      assertThrows(InputLimitException.class, () -> silent.readAll(10, Duration.ofMillis(50)));
    }
  }

  /** Whether a refused open of a FIFO opened it all the same, as inotify(7) tells. */
  private boolean opened(Opening opening) throws IOException {
    Path fifo = dir.resolve("fifo");
    Host.mkfifo(fifo);
    byte[] watched = FileName.encode(dir.toString());
    int events = (int) Inotify.inotify_init1().value();
    try {
      Inotify.inotify_add_watch(events, watched, Inotify.IN_OPEN | Inotify.IN_CREATE).value();
      assertEquals("S11", refused(fifo, opening).row().name());
      try (Directory held = Directory.open(dir)) {
        assertThrows(UnsafePathException.class, () -> held.open("fifo", opening).close());
      }
      Files.createFile(dir.resolve("last"));
      List<String> names = new ArrayList<>();
      boolean opened = false;
      while (!names.contains("last")) {
        for (Inotify.Event event : Inotify.read(events).value()) {
          String name = FileName.decode(event.name());
          names.add(name);
          opened |= name.equals("fifo") && (event.mask() & Inotify.IN_OPEN) != 0;
        }
      }
      return opened;
    } finally {
      Unistd.close(events);
      Files.delete(fifo);
      Files.delete(dir.resolve("last"));
    }
  }

  @Test
  void whatIsCheckedFirstIsNotOpenedWhenItIsRefused() throws Exception {
    assertTrue(opened(Opening.read()), "an open that is checked afterwards");
    assertFalse(opened(Opening.read().checkFirst()), "an open that is checked first");
  }

  @Test
  void whatIsCheckedFirstIsOpenedWhenItPasses() throws Exception {
    Opening opening = Opening.readWrite().checkFirst().ownedByMe();
    try (OpenFile open = OpenFile.open(file, opening)) {
      assertEquals("contents", new String(open.readAll(100), UTF_8));
      assertEquals(file.toString(), open.path());
    }
    try (Directory held = Directory.open(dir);
        OpenFile open = held.open("file", Opening.write().checkFirst().truncate())) {
      assertEquals(0, open.size());
    }
    Files.createSymbolicLink(dir.resolve("link"), file);
    assertEquals("S05", refused(dir.resolve("link"), Opening.read().checkFirst()).row().name());
    OpenFile.open(dir.resolve("link"), Opening.read().checkFirst().followLastLink()).close();
    OpenFile.open(dir.resolve("new"), Opening.write().checkFirst().createIfAbsent(0600)).close();
  }

  @Test
  void theLimitItselfIsAllowed() throws IOException {
    try (OpenFile open = OpenFile.open(file, Opening.read())) {
      assertEquals(8, open.readAll(8).length);
      assertThrows(InputLimitException.class, () -> open.readAll(7));
    }
  }

  @Test
  void truncatesOnlyWhatPassedTheChecks() throws IOException {
    Files.createLink(dir.resolve("second"), file);
    refused(file, Opening.write().truncate().singleLink());
    assertEquals("contents", Files.readString(file));
    OpenFile.open(file, Opening.write().truncate()).close();
    assertEquals("", Files.readString(file));
  }

  @Test
  void createsWithExactlyTheModeAskedFor() throws IOException {
    for (int mode : new int[] {0, 0400, 0600, 0644, 0666, 0777, 04755, 02660}) {
      try (OpenFile open = OpenFile.create(dir.resolve("mode" + mode), mode)) {
        assertEquals(mode, open.opened().mode());
        assertEquals(mode, open.stat().mode());
        try (OutputStream out = open.outputStream()) {
          out.write(1);
        }
      }
    }
  }

  /** The umask belongs to the whole process, so the test starts children with one. */
  @Test
  void umaskChangesNothing() throws Exception {
    for (String umask : List.of("000", "077", "777")) {
      Path path = dir.resolve("umask" + umask);
      ProcessBuilder java = Host.java(CreateMain.class, path.toString());
      String command = "umask " + umask + "; exec \"$@\"";
      java.command().addAll(0, List.of("/bin/sh", "-c", command, "sh"));
      assertEquals(0, java.inheritIO().start().waitFor());
      assertEquals("rw-r-----", permissions(path));
    }
  }

  /** Creates a file. */
  static final class CreateMain {
    private CreateMain() {}

    public static void main(String[] args) throws IOException {
      OpenFile.create(args[0], 0640).close();
    }
  }

  @Test
  void createIsExclusive() throws IOException {
    assertThrows(FileAlreadyExistsException.class, () -> OpenFile.create(file, 0600));
    Path target = dir.resolve("target");
    Path link = Files.createSymbolicLink(dir.resolve("link"), target);
    assertThrows(FileAlreadyExistsException.class, () -> OpenFile.create(link, 0600));
    assertFalse(Files.exists(target));
  }

  @Test
  void createIfAbsentOpensOrCreates() throws IOException {
    Opening opening = Opening.write().createIfAbsent(0604);
    try (OpenFile open = OpenFile.open(file, opening)) {
      assertEquals(0640, open.opened().mode());
    }
    try (OpenFile open = OpenFile.open(dir.resolve("new"), opening)) {
      assertEquals(0604, open.opened().mode());
      assertFalse(open.isReadable());
    }
    Path dangling = Files.createSymbolicLink(dir.resolve("dangling"), dir.resolve("nowhere"));
    assertThrows(UnsafePathException.class, () -> OpenFile.open(dangling, opening));
    assertThrows(
        UnsafePathException.class, () -> OpenFile.open(dangling, opening.followLastLink()));
    assertFalse(Files.exists(dir.resolve("nowhere")));
  }

  @Test
  void aModeInDecimalIsRefused() throws IOException {
    for (int mode :
        new int[] {644, 600, 640, 755, 700, 777, 660, 775, 440, 444, 1777, 2775, 2750}) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> OpenFile.create(dir.resolve("x"), mode));
      assertTrue(refused.getMessage().contains("did you mean 0" + mode), refused.getMessage());
    }
    // The control: these are meant.
    for (int mode : new int[] {0644, 0600, 0, 0400, 0640, 01777, 01700, 01755, 02750, 04755}) {
      assertEquals(mode, Opening.checkMode(mode));
    }
  }

  @Test
  void errorsAreTheOnesJavaNames() {
    assertThrows(NoSuchFileException.class, () -> OpenFile.open(dir.resolve("no"), Opening.read()));
    assertThrows(
        NotDirectoryException.class, () -> OpenFile.open(file.resolve("x"), Opening.read()));
    assertThrows(NoSuchFileException.class, () -> OpenFile.open("", Opening.read()));
    assertThrows(NotDirectoryException.class, () -> OpenFile.open(".", Opening.read()));
  }

  @Test
  void descriptorVerbsActOnTheObjectWhateverItsName() throws IOException {
    try (OpenFile open = OpenFile.open(file, Opening.readWrite())) {
      Path elsewhere = Files.move(file, dir.resolve("elsewhere"));
      Path decoy = Files.writeString(file, "decoy");
      String decoyMode = permissions(decoy);
      open.chmod(0604);
      open.truncate(3);
      FileTime time = FileTime.from(Instant.parse("2001-02-03T04:05:06.789Z"));
      open.setTimes(time, null);
      open.sync(true);
      open.sync(false);
      assertEquals(0604, open.stat().mode());
      assertEquals(time, open.stat().lastModifiedTime());
      assertEquals("con", Files.readString(elsewhere));
      assertEquals("decoy", Files.readString(decoy));
      assertEquals(decoyMode, permissions(decoy));
      Files.delete(elsewhere);
      assertEquals(0, open.stat().linkCount());
    }
  }

  @Test
  void chownActsOnTheDescriptor() throws IOException {
    Host.assumeRoot("only root gives files away");
    try (OpenFile open = OpenFile.open(file, Opening.read())) {
      int group = open.stat().gid();
      open.chown(65534, -1);
      assertEquals(65534, open.stat().uid());
      assertEquals(group, open.stat().gid());
    }
  }

  @Test
  void extendedAttributes() throws IOException {
    try (OpenFile open = OpenFile.open(file, Opening.readWrite())) {
      assertNull(open.xattr("user.none"));
      open.setXattr("user.colour", "red".getBytes(UTF_8));
      assertEquals(List.of("user.colour"), open.xattrs());
      assertArrayEquals("red".getBytes(UTF_8), open.xattr("user.colour"));
      open.removeXattr("user.colour");
      assertEquals(List.of(), open.xattrs());
    }
  }

  @Test
  void attributeView() throws IOException {
    try (OpenFile open = OpenFile.open(file, Opening.read())) {
      var view = open.attributeView();
      view.setPermissions(PosixFilePermissions.fromString("rwx------"));
      assertEquals("rwx------", PosixFilePermissions.toString(view.readAttributes().permissions()));
      assertEquals(Files.getOwner(file).getName(), view.getOwner().getName());
      view.setOwner(Files.getOwner(file));
      assertEquals(Files.getLastModifiedTime(file), view.readAttributes().lastModifiedTime());
      assertEquals(8, view.readAttributes().size());
    }
  }

  @Test
  void reopenLeadsToTheSameObject() throws IOException {
    try (OpenFile open = OpenFile.open(file, Opening.read())) {
      Files.move(file, dir.resolve("elsewhere"));
      Files.writeString(file, "decoy");
      try (OpenFile again = open.reopen(Opening.append());
          OutputStream out = again.outputStream()) {
        out.write("!".getBytes(UTF_8));
        assertTrue(open.identity().matches(again.identity()));
      }
      assertEquals("contents!", new String(open.readAll(100), UTF_8));
    }
  }

  @Test
  void closeIsOnceAndFinal() throws IOException {
    OpenFile open = OpenFile.open(file, Opening.read());
    FileChannel channel = open.channel();
    open.close();
    open.close();
    assertFalse(open.isOpen());
    assertThrows(IOException.class, open::stat);
    assertThrows(IOException.class, () -> channel.read(ByteBuffer.allocate(1)));
  }

  @Test
  void closeOnExec() throws IOException {
    try (OpenFile open = OpenFile.open(file, Opening.read())) {
      try (OwnedFd.Use use = open.use()) {
        assertEquals(Fcntl.FD_CLOEXEC, Fcntl.fcntl(use.fd(), Fcntl.F_GETFD, 0).intValue());
      }
    }
  }

  @Test
  void channelsAreIndependentAndWhole() throws IOException {
    byte[] data = new byte[300_000];
    new Random(3).nextBytes(data);
    Path big = dir.resolve("big");
    try (OpenFile open = OpenFile.create(big, 0600)) {
      FileChannel heap = open.channel();
      assertEquals(data.length, heap.write(ByteBuffer.wrap(data).asReadOnlyBuffer()));
      ByteBuffer direct = ByteBuffer.allocateDirect(data.length);
      FileChannel other = open.channel();
      assertEquals(0, other.position());
      assertEquals(data.length, other.read(direct));
      assertEquals(ByteBuffer.wrap(data), direct.flip());
      assertEquals(-1, other.read(ByteBuffer.allocate(1)));
      assertEquals(0, other.read(ByteBuffer.allocate(0)));
      ByteBuffer part = ByteBuffer.allocate(1000);
      assertEquals(1000, heap.read(part, 12_345));
      assertEquals(ByteBuffer.wrap(data, 12_345, 1000), part.flip());
      try (InputStream in = open.inputStream()) {
        assertArrayEquals(data, in.readAllBytes());
      }
      heap.truncate(10);
      assertEquals(10, heap.position());
      assertEquals(10, Files.size(big));
      heap.force(true);
      assertEquals(data[3], heap.map(MapMode.READ_ONLY, 0, 10).get(3));
      Path copy = dir.resolve("copy");
      try (OpenFile target = OpenFile.create(copy, 0600)) {
        assertEquals(10, heap.transferTo(0, 100, target.channel()));
        assertEquals(10, target.channel().transferFrom(open.channel(), 10, 100));
      }
      assertEquals(20, Files.size(copy));
    }
    try (OpenFile open = OpenFile.open(big, Opening.read())) {
      assertThrows(
          NonWritableChannelException.class, () -> open.channel().write(ByteBuffer.allocate(1)));
    }
  }

  @Test
  void appendingGoesToTheEndWhateverThePosition() throws IOException {
    try (OpenFile one = OpenFile.open(file, Opening.append());
        OpenFile two = OpenFile.open(file, Opening.append())) {
      one.channel().write(ByteBuffer.wrap("1".getBytes(UTF_8)));
      two.channel().write(ByteBuffer.wrap("2".getBytes(UTF_8)), 0);
    }
    assertEquals("contents12", Files.readString(file));
  }

  @Test
  void aFullDeviceIsReported() throws IOException {
    Opening device = Opening.write().kinds(FileKind.CHARACTER_DEVICE);
    try (OpenFile full = OpenFile.open(Path.of("/dev/full"), device)) {
      FileSystemException error =
          assertThrows(
              FileSystemException.class,
              () -> full.channel().write(ByteBuffer.wrap(new byte[] {1})));
      assertTrue(String.valueOf(error.getReason()).contains("ENOSPC"));
    }
  }

  /** Inode numbers come back; identities do not. */
  @Test
  void identityTellsLivesOfOneInodeNumberApart() throws IOException {
    Map<Long, FileIdentity> seen = new TreeMap<>();
    for (int i = 0; i < 500; i++) {
      Path path = dir.resolve("life");
      try (OpenFile open = OpenFile.create(path, 0600)) {
        FileIdentity identity = open.identity();
        assertEquals(identity, open.identity());
        FileIdentity before = seen.put(identity.inode(), identity);
        if (before != null
            && identity.strength().compareTo(FileIdentity.Strength.GENERATION) >= 0) {
          assertFalse(identity.matches(before), () -> before + " and " + identity);
          assertNotEquals(before, identity);
        }
      }
      Files.delete(path);
    }
  }

  @Test
  void everyByteInANameWorks() throws Exception {
    for (int b = 1; b < 256; b++) {
      if (b == '/') {
        continue;
      }
      String name = dir + "/" + FileName.decode(new byte[] {'n', (byte) b});
      OpenFile.create(name, 0600).close();
      OpenFile.open(name, Opening.read()).close();
    }
    String count = Host.run("sh", "-c", "ls -1b '" + dir + "' | wc -l").strip();
    assertEquals(255, Integer.parseInt(count));
  }
}
