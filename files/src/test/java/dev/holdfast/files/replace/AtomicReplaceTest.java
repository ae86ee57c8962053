package dev.holdfast.files.replace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.DirectoryEntry;
import dev.holdfast.files.FileIdentity;
import dev.holdfast.files.FileKind;
import dev.holdfast.files.Host;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.StaleIdentityException;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import dev.holdfast.path.make.RandomNames;
import dev.holdfast.testing.Commands;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicReplaceTest {
  @TempDir Path temp;
  private Directory dir;
  private long descriptors;

  @BeforeEach
  void open() throws IOException {
    dir = Directory.open(temp);
    descriptors = Host.openDescriptors();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertEquals(descriptors, Host.openDescriptors());
    for (DirectoryEntry entry : dir.list()) {
      assertTrue(!entry.name().startsWith(RandomNames.PREFIX), entry::name);
    }
    dir.close();
  }

  private String read(String name) throws IOException {
    return Files.readString(temp.resolve(name));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void writesNewAndOld(Durability durability) throws IOException {
    AtomicReplace file = AtomicReplace.of(dir, "file").durability(durability);
    file.write(bytes("one"));
    assertEquals("one", read("file"));
    assertEquals(0600, dir.stat("file").mode());
    long inode = dir.stat("file").inode();
    try (OpenFile reader = dir.open("file", Opening.read())) {
      file.write(new ByteArrayInputStream(bytes("two")));
      assertEquals("one", new String(reader.readAll(10), UTF_8));
    }
    assertEquals("two", read("file"));
    assertTrue(inode != dir.stat("file").inode());
  }

  @Test
  void byPathAndBelowLinkedDirectories() throws IOException {
    dir.mkdir("real", 0700);
    dir.symlink("real", "link");
    AtomicReplace.of(temp.resolve("link/file")).write(bytes("x"));
    assertEquals("x", read("real/file"));
    AtomicReplace.of(dir, "link/file").write(bytes("y"));
    assertEquals("y", read("real/file"));
  }

  @Test
  void keepsModeOwnerAndAttributes() throws IOException {
    dir.create("file", 0604).close();
    dir.setXattr("file", "user.colour", bytes("red"));
    if (dir.stat().uid() == 0) {
      dir.chown("file", 12, 34);
    }
    int uid = dir.stat("file").uid();
    int gid = dir.stat("file").gid();
    AtomicReplace.of(dir, "file").write(bytes("x"));
    assertEquals(0604, dir.stat("file").mode());
    assertEquals(uid, dir.stat("file").uid());
    assertEquals(gid, dir.stat("file").gid());
    assertArrayEquals(bytes("red"), dir.xattr("file", "user.colour"));
    AtomicReplace.of(dir, "file").freshAttributes().mode(0640).write(bytes("y"));
    assertEquals(0640, dir.stat("file").mode());
    assertNull(dir.xattr("file", "user.colour"));
    AtomicReplace.of(dir, "file").xattr("user.colour", bytes("blue")).write(bytes("z"));
    assertArrayEquals(bytes("blue"), dir.xattr("file", "user.colour"));
  }

  /** What chattr(1) set stays; by the usual way, a new file that is moved there, it is lost. */
  @ParameterizedTest
  @ValueSource(strings = {"A", "d", "S", "Ad", "C"})
  void keepsFlags(String flags) throws Exception {
    Host.assumeProgram("chattr");
    String file = temp.resolve("file").toString();
    dir.create("file", 0604).close();
    dir.setXattr("file", "user.colour", bytes("red"));
    Commands.Result set = Commands.tried("chattr", "+" + flags, file);
    Assumptions.assumeTrue(set.exit() == 0, () -> "no such flag here: " + set);
    String before = Host.run("lsattr", file);
    AtomicReplace.of(dir, "file").write(bytes("x"));
    AtomicReplace.of(dir, "file").append(bytes("y"));
    AtomicReplace.of(dir, "file").mode(0640).write(bytes("xy"));
    try (TempFiles home = TempFiles.in(dir);
        TempFile contents = home.anonymous()) {
      contents.file().outputStream().write(bytes("in place"));
      InPlaceWrite.write(temp.resolve("file"), contents.file());
    }
    assertEquals(before, Host.run("lsattr", file));
    assertEquals("in place", read("file"));
    assertEquals(0640, dir.stat("file").mode());
    assertArrayEquals(bytes("red"), dir.xattr("file", "user.colour"));
    Files.writeString(temp.resolve("new"), "usual");
    Files.move(temp.resolve("new"), temp.resolve("file"), StandardCopyOption.REPLACE_EXISTING);
    assertNotEquals(before, Host.run("lsattr", file));
  }

  /** A flag that the directory passes on is not one that the old file had. */
  @Test
  void takesNoFlagsFromTheDirectory() throws Exception {
    Host.assumeProgram("chattr");
    String file = temp.resolve("file").toString();
    dir.create("file", 0600).close();
    Commands.Result set = Commands.tried("chattr", "+A", temp.toString());
    Assumptions.assumeTrue(set.exit() == 0, () -> "no such flag here: " + set);
    String before = Host.run("lsattr", file);
    AtomicReplace.of(dir, "file").write(bytes("x"));
    assertEquals(before, Host.run("lsattr", file));
    dir.create("usual", 0600).close();
    assertTrue(
        Host.run("lsattr", temp.resolve("usual").toString()).split(" ", -1)[0].contains("A"));
    Host.run("chattr", "-A", temp.toString());
  }

  @Test
  void anAclThatIsKeptIsNarrowedByTheMode() throws Exception {
    Host.assumeProgram("setfacl");
    String file = temp.resolve("file").toString();
    dir.create("file", 0640).close();
    dir.create("usual", 0640).close();
    Host.run("setfacl", "-m", "u:12:rw-", file, temp.resolve("usual").toString());
    AtomicReplace.of(dir, "file").mode(0604).write(bytes("x"));
    dir.chmod("usual", 0604);
    assertEquals(
        Host.run("getfacl", "-cpn", temp.resolve("usual").toString()),
        Host.run("getfacl", "-cpn", file));
  }

  @Test
  void setIdBitsThatAreAskedForSurviveAChangeOfOwner() throws IOException {
    Host.assumeRoot("only root gives files away");
    dir.create("file", 04755).close();
    dir.chown("file", 12, 34);
    dir.chmod("file", 06755);
    AtomicReplace.of(dir, "file").mode(06755).write(bytes("x"));
    assertEquals(06755, dir.stat("file").mode());
    assertEquals(12, dir.stat("file").uid());
  }

  @Test
  void keepsAccessControlLists() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/setfacl")), "needs setfacl");
    dir.create("file", 0640).close();
    Host.run("setfacl", "-m", "u:12:rw-", temp.resolve("file").toString());
    String before = Host.run("getfacl", "-pn", temp.resolve("file").toString());
    AtomicReplace.of(dir, "file").write(bytes("x"));
    assertEquals(before, Host.run("getfacl", "-pn", temp.resolve("file").toString()));
    // A default ACL of the directory must not widen a file that had none.
    dir.create("plain", 0600).close();
    String plain = Host.run("getfacl", "-pn", temp.resolve("plain").toString());
    Host.run("setfacl", "-d", "-m", "u:12:rwx", temp.toString());
    AtomicReplace.of(dir, "plain").write(bytes("x"));
    assertEquals(plain, Host.run("getfacl", "-pn", temp.resolve("plain").toString()));
  }

  @Test
  void noReplaceRefusesWhateverIsThere() throws IOException {
    AtomicReplace.of(dir, "file").noReplace().write(bytes("x"));
    assertEquals("x", read("file"));
    assertThrows(
        FileAlreadyExistsException.class,
        () -> AtomicReplace.of(dir, "file").noReplace().write(bytes("y")));
    dir.symlink("nowhere", "dangling");
    assertThrows(
        FileAlreadyExistsException.class,
        () -> AtomicReplace.of(dir, "dangling").noReplace().write(bytes("y")));
    assertThrows(NoSuchFileException.class, () -> dir.stat("nowhere"));
  }

  @Test
  void refusesLinksAndWhatIsNoFile() throws IOException {
    dir.create("target", 0600).close();
    dir.symlink("target", "link");
    dir.mkdir("sub", 0700);
    assertThrows(UnsafePathException.class, () -> AtomicReplace.of(dir, "link").write(bytes("x")));
    assertThrows(UnsafePathException.class, () -> AtomicReplace.of(dir, "sub").write(bytes("x")));
    assertThrows(FileSystemException.class, () -> AtomicReplace.of(dir, "x/").write(bytes("x")));
    AtomicReplace.of(dir, "link").replaceLink().write(bytes("x"));
    assertEquals(FileKind.REGULAR, dir.stat("link").kind());
    assertEquals("", read("target"));
  }

  @Test
  void withoutCommitNothingHappens() throws IOException {
    AtomicReplace.of(dir, "file").write(bytes("old"));
    try (Replacement replacement = AtomicReplace.of(dir, "file").begin()) {
      replacement.file().channel().write(ByteBuffer.wrap(bytes("new")));
      assertEquals(1, dir.list().size());
    }
    assertEquals("old", read("file"));
    try (Replacement replacement = AtomicReplace.of(dir, "file").begin()) {
      replacement.commit();
      assertThrows(IllegalStateException.class, replacement::commit);
    }
    assertEquals("", read("file"));
  }

  @Test
  void editsOnlyIfItIsTheSame() throws IOException {
    AtomicReplace.of(dir, "file").write(bytes("one"));
    FileIdentity one = dir.identity("file");
    AtomicReplace.of(dir, "file").onlyIf(one).append(bytes(" more"));
    assertEquals("one more", read("file"));
    assertThrows(
        StaleIdentityException.class,
        () -> AtomicReplace.of(dir, "file").onlyIf(one).append(bytes(" and more")));
    assertEquals("one more", read("file"));
  }

  @Test
  void onlyIfItIsStillTheSame() throws IOException {
    AtomicReplace.of(dir, "file").write(bytes("one"));
    FileIdentity one = dir.identity("file");
    AtomicReplace.of(dir, "file").onlyIf(one).write(bytes("two"));
    assertEquals("two", read("file"));
    assertThrows(
        StaleIdentityException.class,
        () -> AtomicReplace.of(dir, "file").onlyIf(one).write(bytes("three")));
    assertEquals("two", read("file"));
  }

  @Test
  void insertsAndAppends() throws IOException {
    AtomicReplace file = AtomicReplace.of(dir, "file").durability(Durability.NONE);
    file.write(bytes("headtail"));
    file.insert(4, bytes("-middle-"));
    file.insert(0, bytes("<"));
    file.append(bytes(">"));
    assertEquals("<head-middle-tail>", read("file"));
    assertThrows(IllegalArgumentException.class, () -> file.insert(99, bytes("x")));
    assertEquals("<head-middle-tail>", read("file"));
  }

  /** The lost update (L01), where nobody takes a lock. */
  @Test
  void noEditIsLost() throws Exception {
    AtomicReplace file = AtomicReplace.of(dir, "file").durability(Durability.NONE);
    file.write(new byte[0]);
    int editors = 4;
    int edits = 100;
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads =
        IntStream.range(0, editors)
            .mapToObj(
                i ->
                    Thread.ofVirtual()
                        .start(
                            () -> {
                              try {
                                go.await();
                                for (int n = 0; n < edits; n++) {
                                  file.append(new byte[] {(byte) ('a' + i)});
                                }
                              } catch (IOException | InterruptedException e) {
                                throw new AssertionError(e);
                              }
                            }))
            .toList();
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    String text = read("file");
    assertEquals(editors * edits, text.length());
    for (int i = 0; i < editors; i++) {
      char letter = (char) ('a' + i);
      assertEquals(edits, text.chars().filter(c -> c == letter).count());
    }
  }

  /** A reader that opens the name again and again sees whole files only. */
  @Test
  void readersSeeWholeFiles() throws Exception {
    AtomicReplace file = AtomicReplace.of(dir, "file").durability(Durability.NONE);
    byte[] a = "a".repeat(50_000).getBytes(UTF_8);
    byte[] b = "b".repeat(70_000).getBytes(UTF_8);
    file.write(a);
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 500; i++) {
                      file.write(i % 2 == 0 ? b : a);
                    }
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    int reads = 0;
    while (writer.isAlive()) {
      try (OpenFile open = dir.open("file", Opening.read())) {
        byte[] seen = open.readAll(100_000);
        assertArrayEquals(seen[0] == 'a' ? a : b, seen);
        reads++;
      }
    }
    writer.join();
    assertTrue(reads > 0);
  }

  /** It would wait for itself; afterwards, and for another file, it may. */
  @Test
  void anEditInAnEditOfTheSameFileIsRefusedAtOnce() throws IOException {
    Path file = Files.writeString(temp.resolve("nested"), "1");
    Path other = Files.writeString(temp.resolve("other"), "1");
    AtomicReplace replace = AtomicReplace.of(file);
    assertThrows(
        IllegalStateException.class, () -> replace.edit((_, _) -> replace.append(new byte[] {50})));
    replace.edit(
        (old, fresh) -> {
          AtomicReplace.of(other).append(new byte[] {50});
          old.transferTo(0, Long.MAX_VALUE, fresh);
        });
    replace.append(new byte[] {50});
    assertEquals("12", Files.readString(file));
    assertEquals("12", Files.readString(other));
  }
}
