package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Durability;
import dev.holdfast.files.temp.EmergencySave;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import dev.holdfast.files.tree.Cleaner;
import dev.holdfast.files.tree.CleaningEvent;
import dev.holdfast.files.tree.CleaningReport;
import dev.holdfast.files.tree.CleaningRules;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.libc.process.Namespaces;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What comes out when the machine says no: each in a process of its own, in a mount namespace of
 * its own where mounts are needed, so that the machine stays as it is.
 */
class FaultTest {
  @TempDir Path temp;
  @TempDir Path logs;

  private String child(String what) throws Exception {
    ProcessBuilder java = Host.java(Child.class, what, temp.toString());
    return run(java);
  }

  private static String run(ProcessBuilder java) throws Exception {
    Process process = java.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(0, process.waitFor(), output);
    Host.end(process);
    return output;
  }

  private String mounted(String what) throws Exception {
    Host.assumeRoot("mounts a file system in a namespace of its own");
    ProcessBuilder java = Host.java(Child.class, what, temp.toString());
    java.command().addAll(0, List.of("unshare", "--mount", "--propagation", "private"));
    return run(java);
  }

  @Test
  void aFullDiskLosesNothing() throws Exception {
    assertEquals("ok", mounted("full"));
  }

  @Test
  void aReadOnlyMountIsRefusedAtOnce() throws Exception {
    assertEquals("ok", mounted("readonly"));
  }

  @Test
  void noDescriptorsLeft() throws Exception {
    ProcessBuilder java = Host.java(Child.class, "descriptors", temp.toString());
    java.command().addAll(0, List.of("prlimit", "--nofile=256:256"));
    assertEquals("ok", run(java));
  }

  /** strace makes these calls fail in the child, and no others. */
  private void injected(String scenario, String... injections) throws Exception {
    Host.assumeProgram("strace");
    Path log = logs.resolve("strace");
    ProcessBuilder java = Host.java(Child.class, scenario, temp.toString());
    List<String> strace = new ArrayList<>(List.of("strace", "-fqq", "-o", log.toString()));
    for (String injection : injections) {
      strace.addAll(
          injection.contains("=") ? List.of("-e", "inject=" + injection) : List.of(injection));
    }
    java.command().addAll(0, strace);
    assertEquals("ok", run(java));
    assertTrue(Files.readString(log, ISO_8859_1).contains("(INJECTED)"), "nothing was injected");
  }

  @Test
  void everySecondCallIsInterrupted() throws Exception {
    injected(
        "work",
        "pwrite64:error=EINTR:when=1+2",
        "openat2:error=EINTR:when=1+2",
        "fsync:error=EINTR:when=1+2",
        "copy_file_range:error=EINTR:when=1+2");
  }

  /** Only of this file: the JVM itself reads, too. */
  @Test
  void everySecondReadIsInterrupted() throws Exception {
    Path file = temp.resolve("a/b/file");
    injected("work", "pread64:error=EINTR:when=1+2", "-P", file.toString());
  }

  @Test
  void openat2FailsByARaceEachSecondTime() throws Exception {
    injected("work", "openat2:error=EAGAIN:when=1+2");
  }

  @Test
  void noOpenat2Here() throws Exception {
    injected("work", "openat2:error=ENOSYS");
  }

  @Test
  void aFilterForbidsNewCalls() throws Exception {
    injected("work", "openat2,copy_file_range:error=EPERM");
  }

  /** As below a subvolume or in another project's quota. */
  @Test
  void nothingCanBeMovedIntoTheRootsQuarantine() throws Exception {
    injected("clean", "renameat2:error=EXDEV:when=1+2");
  }

  /** Ends with an error, and not never. */
  @Test
  void everyWriteIsInterrupted() throws Exception {
    injected("refused EINTR", "pwrite64:error=EINTR");
  }

  @Test
  void theQuotaIsUsedUp() throws Exception {
    // The first write is the old contents.
    injected("refused EDQUOT", "pwrite64:error=EDQUOT:when=3+");
  }

  @Test
  void theDiskFailsAtSync() throws Exception {
    injected("refused EIO", "fsync:error=EIO:when=2+");
  }

  @Test
  void theDirectoryTakesNoName() throws Exception {
    injected("refused EDQUOT", "linkat:error=EDQUOT:when=2+");
  }

  @Test
  void theNameCannotBeMoved() throws Exception {
    injected("refused EIO", "renameat2:error=EIO:when=2+");
  }

  /** A write that meets the limit is short; the next one fails. */
  @Test
  void filesHaveALimit() throws Exception {
    ProcessBuilder java = Host.java(Child.class, "refused EFBIG", temp.toString());
    java.command().addAll(0, List.of("prlimit", "--fsize=" + Child.LIMIT));
    assertEquals("ok", run(java));
  }

  @Test
  void aShortWriteGoesOnWhereItEnded() throws Exception {
    assertEquals("ok", mounted("short"));
  }

  @Test
  void noDirectoryToWorkIn() throws Exception {
    assertEquals("ok", child("removed"));
  }

  /** The scenarios. */
  static final class Child {
    private Child() {}

    /** In bytes: no multiple of what one call of ours writes. */
    static final int LIMIT = 50_000;

    private static final byte[] BIG = "0123456789".repeat(20_000).getBytes(UTF_8);

    @SuppressWarnings("SystemOut") // Its output is how it answers.
    public static void main(String[] args) throws Exception {
      Path base = Path.of(args[1]);
      PrintStream out = System.out;
      String[] scenario = args[0].split(" ", -1);
      switch (scenario[0]) {
        case "work" -> work(base);
        case "refused" -> refused(base, scenario[1]);
        case "short" -> shortWrites(base);
        case "full" -> full(base);
        case "readonly" -> readOnly(base);
        case "descriptors" -> descriptors(base);
        case "clean" -> clean(base);
        default -> removed(base);
      }
      out.println("ok");
    }

    private static void failsWith(String errno, org.junit.jupiter.api.function.Executable action) {
      FileSystemException failure = assertThrows(FileSystemException.class, action);
      assertTrue(String.valueOf(failure.getReason()).contains(errno), failure::toString);
    }

    private static void clean(Path base) throws Exception {
      Path sub = Files.createDirectories(base.resolve("root/sub/inner"));
      for (String name : List.of("a", "b", "c")) {
        Files.writeString(sub.resolve(name), "old");
        Files.setLastModifiedTime(sub.resolve(name), FileTime.fromMillis(0));
      }
      Path young = Files.writeString(sub.resolveSibling("young"), "young");
      Files.setLastModifiedTime(sub, FileTime.fromMillis(0));
      CleaningReport report =
          Cleaner.clean(
              base.resolve("root"),
              CleaningRules.olderThan(Duration.ofDays(1)).by(CleaningRules.Time.MODIFY),
              event -> {});
      assertTrue(report.complete(), () -> report.failures().toString());
      assertEquals(4, report.count(CleaningEvent.Decision.REMOVED));
      try (Stream<Path> left = Files.walk(base.resolve("root"))) {
        assertEquals(
            List.of(base.resolve("root"), young.getParent(), young), left.sorted().toList());
      }
    }

    /** Everything succeeds, and is whole. */
    private static void work(Path base) throws Exception {
      try (Directory directory = Directory.open(base)) {
        directory.mkdirs("a/b", 0700).close();
        AtomicReplace file = AtomicReplace.of(directory, "a/b/file");
        file.durability(Durability.FILE_AND_DIRECTORY).write(BIG);
        try (OpenFile open = directory.open("a/b/file", Opening.read())) {
          assertArrayEquals(BIG, open.readAll(1 << 20));
        }
        try (OpenFile open = directory.create("a/direct", 0600);
            OutputStream out = open.outputStream()) {
          out.write(BIG);
        }
        file.append(BIG);
        directory.chmod("a/b/file", 0640);
        assertEquals(
            List.of(),
            Trees.copy(base.resolve("a"), base.resolve("c"), TreeOptions.defaults()).failures());
        assertArrayEquals(BIG, Files.readAllBytes(base.resolve("c/direct")));
        assertEquals(2L * BIG.length, Files.size(base.resolve("c/b/file")));
        assertEquals(List.of(), Trees.delete(base.resolve("a"), TreeOptions.defaults()).failures());
        assertEquals(1, directory.list().size(), "something was left");
      }
    }

    /** A replacement fails so: the old file stays, and nothing is left. */
    private static void refused(Path base, String errno) throws Exception {
      try (Directory directory = Directory.open(base)) {
        AtomicReplace file = AtomicReplace.of(directory, "file");
        if (errno.equals("EINTR")) {
          Files.writeString(base.resolve("file"), "old");
        } else {
          file.write("old".getBytes(UTF_8));
        }
        failsWith(errno, () -> file.write(BIG));
        failsWith(errno, () -> file.append(BIG));
        assertEquals("old", Files.readString(base.resolve("file")));
        assertEquals(1, directory.list().size(), "something was left");
      }
    }

    private static void shortWrites(Path base) throws Exception {
      Path small = Files.createDirectory(base.resolve("small"));
      Namespaces.mount("holdfast-test", small.toString(), "tmpfs", 0, "size=256k")
          .orThrow("mount", small.toString());
      try (Directory directory = Directory.open(small)) {
        Path filler = Files.write(small.resolve("filler"), new byte[100_000]);
        ByteBuffer big = ByteBuffer.wrap(BIG);
        try (OpenFile open = directory.create("file", 0600);
            FileChannel channel = open.channel()) {
          failsWith("ENOSPC", () -> channel.write(big));
          assertTrue(channel.position() > 0, "nothing was written before the disk was full");
          assertEquals(big.position(), channel.position());
          Files.delete(filler);
          channel.write(big);
        }
        assertArrayEquals(BIG, Files.readAllBytes(small.resolve("file")));
      }
    }

    private static void full(Path base) throws Exception {
      Path small = Files.createDirectory(base.resolve("small"));
      Namespaces.mount("holdfast-test", small.toString(), "tmpfs", 0, "size=256k,nr_inodes=16")
          .orThrow("mount", small.toString());
      byte[] big = new byte[1 << 20];
      try (Directory directory = Directory.open(small)) {
        AtomicReplace file = AtomicReplace.of(directory, "file").durability(Durability.FILE);
        file.write("old".getBytes(UTF_8));
        failsWith("ENOSPC", () -> file.write(big));
        failsWith("ENOSPC", () -> file.append(big));
        failsWith("ENOSPC", () -> AtomicReplace.of(directory, "new").noReplace().write(big));
        failsWith("ENOSPC", () -> EmergencySave.save(directory, "save", big));
        Path source = Files.write(base.resolve("big"), big);
        assertEquals(
            "ENOSPC",
            Trees.copy(source, small.resolve("copy"), TreeOptions.defaults())
                .failures()
                .getFirst()
                .errnoName());
        assertEquals("old", Files.readString(small.resolve("file")));
        assertEquals(1, directory.list().size(), "something was left");
        try (TempFiles temp = TempFiles.in(directory)) {
          try (TempFile anonymous = temp.anonymous()) {
            failsWith("ENOSPC", () -> anonymous.file().channel().write(ByteBuffer.wrap(big)));
          }
          // No inodes left: at once, and not after many tries.
          List<OpenFile> all = new ArrayList<>();
          failsWith(
              "ENOSPC",
              () -> {
                for (int i = 0; i < 100; i++) {
                  all.add(directory.create("inode" + i, 0600));
                }
              });
          failsWith("ENOSPC", () -> temp.named("x", ""));
          failsWith("ENOSPC", () -> temp.directory("x"));
          failsWith("ENOSPC", () -> directory.mkdirs("a/b", 0700));
          for (OpenFile open : all) {
            open.close();
          }
        }
        // Elsewhere there is room.
        EmergencySave.Saved saved = EmergencySave.save(small.resolve("save"), big);
        assertTrue(!saved.path().startsWith(small.toString()), saved::path);
        Files.delete(Path.of(saved.path()));
      }
    }

    private static void readOnly(Path base) throws Exception {
      Path mount = Files.createDirectory(base.resolve("readonly"));
      Namespaces.mount("holdfast-test", mount.toString(), "tmpfs", 0, "size=256k")
          .orThrow("mount", mount.toString());
      Files.writeString(mount.resolve("file"), "old");
      Namespaces.mount(
              null,
              mount.toString(),
              null,
              Namespaces.MS_REMOUNT | Namespaces.MS_RDONLY,
              "size=256k")
          .orThrow("mount", mount.toString());
      try (Directory directory = Directory.open(mount);
          TempFiles temp = TempFiles.in(directory)) {
        directory.open("file", Opening.read()).close();
        failsWith("EROFS", () -> directory.open("file", Opening.write()));
        failsWith("EROFS", () -> directory.create("new", 0600));
        failsWith("EROFS", () -> directory.mkdirs("a/b", 0700));
        failsWith("EROFS", () -> directory.remove("file"));
        failsWith("EROFS", () -> directory.chmod("file", 0600));
        failsWith("EROFS", () -> temp.named("x", ""));
        failsWith("EROFS", () -> AtomicReplace.of(directory, "file").write(new byte[1]));
      }
    }

    private static void descriptors(Path base) throws Exception {
      List<Directory> hoard = new ArrayList<>();
      try (Directory directory = Directory.open(base);
          TempFiles temp = TempFiles.in(directory)) {
        directory.mkdirs("a/b/c", 0700).close();
        AtomicReplace.of(directory, "file").write("old".getBytes(UTF_8));
        // Load the classes that the failures below need while that is still possible.
        temp.anonymous().close();
        temp.named("x", "").close();
        temp.directory("x").close();
        directory.create("new", 0600).close();
        directory.remove("new");
        Resolution walk = directory.resolution().with(Resolution.Engine.WALK);
        try (Directory walking = directory.with(walk)) {
          failsWith("ENOENT", () -> walking.open("a/b/c/d", Opening.read()));
          walking.mkdirs("a/b", 0700).close();
        }
        failsWith("ENOENT", () -> directory.open("none", Opening.read()));
        failsWith(
            "EMFILE",
            () -> {
              for (int i = 0; i < 10_000; i++) {
                hoard.add(Directory.open(base));
              }
            });
        failsWith("EMFILE", () -> directory.open("file", Opening.read()));
        failsWith("EMFILE", () -> directory.create("new", 0600));
        failsWith("EMFILE", () -> directory.open("a/b/c", Opening.read()));
        failsWith("EMFILE", () -> directory.mkdirs("x/y", 0700));
        failsWith("EMFILE", temp::anonymous);
        failsWith("EMFILE", () -> temp.named("x", ""));
        failsWith("EMFILE", () -> AtomicReplace.of(directory, "file").write(new byte[1]));
        // A few are free: enough for the first steps of a walk, and not for the last.
        hoard.removeLast().close();
        hoard.removeLast().close();
        try (Directory walking = directory.with(walk)) {
          failsWith("EMFILE", () -> walking.open("a/b/c/d", Opening.read()));
          failsWith("EMFILE", () -> walking.mkdirs("a/b/c/d", 0700));
        }
      } finally {
        for (Directory held : hoard) {
          held.close();
        }
      }
      try (Directory directory = Directory.open(base)) {
        List<String> left = directory.list().stream().map(DirectoryEntry::name).sorted().toList();
        assertEquals(List.of("a", "file"), left, "something was left");
        assertEquals("old", Files.readString(base.resolve("file")));
      }
    }

    private static void removed(Path base) throws IOException {
      Path gone = Files.createDirectory(base.resolve("gone"));
      try (Directory directory = Directory.open(gone);
          TempFiles temp = TempFiles.in(directory)) {
        Files.delete(gone);
        assertEquals(0, directory.stat().linkCount());
        failsWith("ENOENT", () -> directory.create("new", 0600));
        failsWith("ENOENT", () -> directory.mkdir("new", 0700));
        failsWith("ENOENT", () -> directory.mkdirs("a/b", 0700));
        failsWith("ENOENT", () -> temp.named("x", ""));
        failsWith("ENOENT", () -> AtomicReplace.of(directory, "file").write(new byte[1]));
        failsWith("ENOENT", directory::list);
      }
    }
  }
}
