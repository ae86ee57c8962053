package dev.holdfast.files.temp;

import static dev.holdfast.files.inside.Core.CORE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.DirectoryEntry;
import dev.holdfast.files.Host;
import dev.holdfast.files.OpenFile;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.path.make.RandomNames;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TempFilesTest {
  @TempDir Path base;
  private Directory dir;
  private TempFiles temp;
  private long descriptors;

  @BeforeEach
  void open() throws IOException {
    dir = Directory.open(base);
    temp = TempFiles.in(dir);
    descriptors = Host.openDescriptors();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertEquals(descriptors, Host.openDescriptors());
    dir.close();
  }

  private static void write(OpenFile file, String text) throws IOException {
    file.channel().write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  @Test
  void anonymousHasNoName() throws IOException {
    try (TempFile file = temp.anonymous()) {
      write(file.file(), "x");
      assertEquals("x", new String(file.file().readAll(9), UTF_8));
      assertNull(file.name());
      assertFalse(file.isNamed());
      assertEquals(0, file.file().stat().linkCount());
      assertEquals(0600, file.file().stat().mode());
      assertEquals(List.of(), dir.list());
    }
  }

  @Test
  void aDirectoryGoesAlsoWhenItsThreadIsInterrupted() throws IOException {
    TempDirectory made = temp.directory("d");
    made.directory().mkdirs("a/b/c", 0700).close();
    made.directory().create("a/b/file", 0600).close();
    Thread.currentThread().interrupt();
    made.close();
    assertTrue(Thread.interrupted());
    assertEquals(List.of(), dir.list());
  }

  @Test
  void anonymousIsLinkedIntoPlaceWhole() throws IOException {
    try (TempFile file = temp.anonymous()) {
      write(file.file(), "whole");
      file.file().chmod(0644);
      file.linkInto(dir, "result");
      assertThrows(FileAlreadyExistsException.class, () -> file.linkInto(dir, "result"));
    }
    assertEquals("whole", Files.readString(base.resolve("result")));
    assertEquals(0644, dir.stat("result").mode());
  }

  @Test
  void linkingAcrossFileSystemsCopies() throws IOException {
    Path shm = Path.of("/dev/shm");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.isWritable(shm), "needs /dev/shm");
    try (Directory other = Directory.open(shm);
        TempFiles elsewhere = TempFiles.in(other);
        TempFile file = elsewhere.anonymous()) {
      write(file.file(), "far");
      file.linkInto(dir, "result");
    }
    assertEquals("far", Files.readString(base.resolve("result")));
  }

  @Test
  void namedLivesUntilClosed() throws IOException {
    String name;
    try (TempFile file = temp.named("pre-", ".txt")) {
      name = file.name();
      assertNotNull(name);
      assertTrue(name.startsWith("pre-") && name.endsWith(".txt"));
      assertTrue(file.isNamed());
      assertEquals(0600, dir.stat(name).mode());
      assertEquals(base.resolve(file.name()), file.path());
    }
    assertFalse(Files.exists(base.resolve(name)));
    try (TempFile file = temp.named("", "")) {
      write(file.file(), "kept");
      file.linkInto(dir, "kept");
    }
    assertEquals("kept", Files.readString(base.resolve("kept")));
    assertEquals(1, dir.list().size());
  }

  /** A cleaner took the name, and somebody else has it now: his file is not ours to remove. */
  @Test
  void aStolenNameIsNoticedAndSpared() throws IOException {
    String name;
    try (TempFile file = temp.named("x", "")) {
      name = String.valueOf(file.name());
      Files.delete(base.resolve(name));
      assertFalse(file.isNamed());
      Files.writeString(base.resolve(name), "somebody else's");
      assertFalse(file.isNamed());
      write(file.file(), "still works");
    }
    assertEquals("somebody else's", Files.readString(base.resolve(name)));
  }

  @Test
  void namesAreRandom() throws IOException {
    Set<String> names = new HashSet<>();
    int[] letters = new int[128];
    for (int i = 0; i < 2000; i++) {
      String name = RandomNames.random();
      assertTrue(names.add(name));
      name.chars().forEach(c -> letters[c]++);
    }
    for (char c : "abcdefghijklmnopqrstuvwxyz234567".toCharArray()) {
      // 52,000 letters in 32 kinds: ten standard deviations around the mean.
      assertEquals(1625, letters[c], 400, "letter " + c);
    }
  }

  @Test
  void directoriesAreLockedAndRemovedWhole() throws IOException {
    Path path;
    try (TempDirectory made = temp.directory("d-")) {
      path = made.path();
      assertTrue(made.isNamed());
      assertEquals(0700, made.directory().stat().mode());
      made.directory().mkdirs("a/b/c", 0700).close();
      made.directory().create("a/b/file", 0400).close();
      made.directory().symlink("/etc/passwd", "a/link");
      made.directory().mkdir("closed", 0);
      // What a well-behaved cleaner does, by a descriptor of its own.
      try (Directory cleaner = Directory.open(path)) {
        try (OwnedFd.Use use = CORE.use(cleaner)) {
          int fd = use.fd();
          assertTrue(FileLocks.flock(fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB).failed());
        }
      }
    }
    assertFalse(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
    assertTrue(Files.exists(Path.of("/etc/passwd")));
  }

  @Test
  void aStolenDirectoryIsNoticedAndSpared() throws IOException {
    Path path;
    try (TempDirectory made = temp.directory("d")) {
      path = made.path();
      Files.move(path, base.resolve("moved"));
      assertFalse(made.isNamed());
      Files.createDirectory(path);
      Files.writeString(path.resolve("theirs"), "x");
      made.directory().create("ours", 0600).close();
    }
    assertTrue(Files.exists(path.resolve("theirs")));
    assertFalse(Files.exists(base.resolve("moved/ours")));
  }

  @Test
  void survivesTheClosingOfItsDirectory() throws IOException {
    Directory own = Directory.open(base);
    TempFile file = TempFiles.in(own).named("n", "");
    own.close();
    assertTrue(file.isNamed());
    file.close();
    assertEquals(List.of(), dir.list());
  }

  // --- where --------------------------------------------------------------------------------

  private String chosen(String... environment) throws Exception {
    ProcessBuilder java = Host.java(WhereMain.class);
    java.environment().remove("TMPDIR");
    java.environment().remove("TMP");
    for (int i = 0; i < environment.length; i += 2) {
      java.environment().put(environment[i], environment[i + 1]);
    }
    Process process = java.redirectErrorStream(true).start();
    try (BufferedReader out = process.inputReader()) {
      return String.valueOf(out.readLine());
    } finally {
      Host.end(process);
    }
  }

  /** Says where temporary files would go. */
  static final class WhereMain {
    private WhereMain() {}

    public static void main(String[] args) throws IOException {
      try (TempFiles temp = TempFiles.standard()) {
        System.out.println(temp.directory().path());
      }
    }
  }

  @Test
  void theEnvironmentIsBelievedOnlyWhereItCanBeTrusted() throws Exception {
    Path good = Files.createDirectory(base.resolve("good"));
    Path open = Files.createDirectory(base.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path below = Files.createDirectory(open.resolve("below"));
    assertEquals("/tmp", chosen());
    assertEquals(good.toString(), chosen("TMPDIR", good.toString()));
    assertEquals(good.toString(), chosen("TMP", good.toString()));
    assertEquals(good.toString(), chosen("TMPDIR", open.toString(), "TMP", good.toString()));
    assertEquals("/tmp", chosen("TMPDIR", below.toString()), "what is above counts too");
    assertEquals("/tmp", chosen("TMPDIR", "relative", "TMP", base + "/absent"));
  }

  // --- the end of the process ---------------------------------------------------------------

  /** Makes one of each, says so, and waits to be ended. */
  static final class HoldMain {
    private HoldMain() {}

    public static void main(String[] args) throws Exception {
      Directory directory = Directory.open(Path.of(args[0]));
      TempFiles temp = TempFiles.in(directory);
      write(temp.anonymous().file(), "anonymous");
      if (args[1].equals("all")) {
        temp.named("named", "");
        temp.directory("dir").directory().create("file", 0600);
      }
      System.out.println("ready");
      System.in.read();
    }
  }

  private List<DirectoryEntry> after(String what, String signal) throws Exception {
    Process process = Host.java(HoldMain.class, base.toString(), what).start();
    try (BufferedReader out = process.inputReader()) {
      assertEquals("ready", out.readLine());
      Host.run("kill", "-" + signal, Long.toString(process.pid()));
      process.waitFor();
    } finally {
      Host.end(process);
    }
    return dir.list();
  }

  @Test
  void allIsGoneAfterATermination() throws Exception {
    assertEquals(List.of(), after("all", "TERM"));
  }

  @Test
  void theAnonymousIsGoneAfterAKill() throws Exception {
    assertEquals(List.of(), after("anonymous", "KILL"));
  }
}
