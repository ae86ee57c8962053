package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel's resolver and ours, side by side. */
class ResolverTest {
  private static final int RETRIES = 10;

  private static final int[] FLAGS = {
    Fcntl.O_PATH | Fcntl.O_NOFOLLOW,
    Fcntl.O_PATH,
    Fcntl.O_PATH | Fcntl.O_DIRECTORY,
    Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK,
    Fcntl.O_RDONLY | Fcntl.O_NONBLOCK,
    Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW,
  };

  @TempDir Path temp;

  /** JUnit would warn of each link that leads out, which is what this test is about. */
  @AfterEach
  void removeTrees() throws Exception {
    Host.run("sh", "-c", "rm -rf \"$0\"/*", temp.toString());
  }

  private static List<Resolution> resolutions() {
    List<Resolution> all = new ArrayList<>();
    for (Resolution base : List.of(Resolution.beneath(), Resolution.inRoot())) {
      all.add(base);
      all.add(base.noSymlinks());
      all.add(base.noMountCrossing());
      all.add(base.noSymlinks().noMountCrossing());
    }
    return all;
  }

  /** The object's inode, or the error. */
  private static String outcome(
      int dirfd, byte[] name, int flags, Resolution resolution, Resolution.Engine engine) {
    SyscallResult result = Resolver.open(dirfd, name, flags, resolution.with(engine));
    if (result.failed()) {
      return result.errno().name();
    }
    Statx stat = Statx.fstat(result.intValue()).value();
    Unistd.close(result.intValue());
    return stat.device() + ":" + stat.inode();
  }

  /** Compares the two for every way of opening; answers how many comparisons were made. */
  private static int compare(Directory directory, String name) throws IOException {
    RelativeName parsed;
    int compared = 0;
    try (OwnedFd.Use use = directory.use()) {
      for (Resolution resolution : resolutions()) {
        try {
          parsed = RelativeName.parse(name, resolution.scope(), "test");
        } catch (FileSystemException refused) {
          continue;
        }
        for (int flags : FLAGS) {
          int all = flags | (parsed.directory() ? Fcntl.O_DIRECTORY : 0);
          String kernel =
              outcome(use.fd(), parsed.bytes(), all, resolution, Resolution.Engine.OPENAT2);
          String walk = outcome(use.fd(), parsed.bytes(), all, resolution, Resolution.Engine.WALK);
          // A look-up that the kernel has to begin again, for a rename somewhere, goes on counting
          // links: then it finds too many where there are not.
          for (int i = 0; i < RETRIES && kernel.equals("ELOOP") && !walk.equals("ELOOP"); i++) {
            kernel = outcome(use.fd(), parsed.bytes(), all, resolution, Resolution.Engine.OPENAT2);
          }
          if (name.contains("chain") && kernel.equals("ELOOP") && walk.equals("EXDEV")) {
            continue;
          }
          assertEquals(
              kernel, walk, () -> "%s with flags %o and %s".formatted(name, all, resolution));
          compared++;
        }
      }
    }
    return compared;
  }

  private Path layout() throws IOException {
    Path root = Files.createDirectory(temp.resolve("root"));
    Files.createDirectories(root.resolve("a/b/c"));
    Files.writeString(root.resolve("file"), "inside");
    Files.writeString(root.resolve("a/b/file"), "inside");
    Files.writeString(temp.resolve("secret"), "outside");
    Files.createDirectories(temp.resolve("outside/sub"));
    link(root, "up", "..");
    link(root, "a/up2", "../..");
    link(root, "a/root", "..");
    link(root, "tofile", "file");
    link(root, "tofileslash", "file/");
    link(root, "todir", "a/b");
    link(root, "todirslash", "a/b/");
    link(root, "absolute", temp + "/secret");
    link(root, "absoluteinside", "/a/b");
    link(root, "escape", "../secret");
    link(root, "a/escape", "../../outside");
    link(root, "dangling", "nowhere");
    link(root, "loop", "loop");
    link(root, "loop1", "loop2");
    link(root, "loop2", "loop1");
    link(root, "dots", "a/./../a/b/..");
    link(root, "dot", ".");
    link(root, "slashroot", "/");
    link(root, "longway", "a/up2/root/a/b/c");
    link(root, "chain0", "a");
    for (int i = 1; i < 45; i++) {
      link(root, "chain" + i, "chain" + (i - 1));
    }
    Host.mkfifo(root.resolve("fifo"));
    return root;
  }

  private static void link(Path root, String name, String text) throws IOException {
    Files.createSymbolicLink(root.resolve(name), Path.of(text));
    // Path.of drops a slash at the end of a link's text.
    if (text.endsWith("/") && text.length() > 1) {
      Files.delete(root.resolve(name));
      Unistd.symlinkat(
              FileName.encode(text), Fcntl.AT_FDCWD, FileName.encode(root.resolve(name).toString()))
          .orThrow("symlinkat", name);
    }
  }

  @Test
  void agreeOnATableOfNames() throws IOException {
    Path root = layout();
    List<String> names = new ArrayList<>();
    try (var list = Files.walk(root)) {
      list.forEach(p -> names.add(root.relativize(p).toString()));
    }
    names.remove("");
    List<String> all = new ArrayList<>(names);
    for (String name : names) {
      for (String suffix :
          List.of("/", "/.", "/..", "/../..", "/../../..", "/file", "/a", "//b", "/./b/../file")) {
        all.add(name + suffix);
      }
      all.add("./" + name);
      all.add("a/../" + name);
      all.add("../root/" + name);
      all.add("/" + name);
      all.add("/../" + name);
    }
    all.addAll(List.of(".", "..", "../..", "/", "//", "a/../..", "a/b/../../..", "x".repeat(256)));
    int compared = 0;
    try (Directory directory = Directory.open(root)) {
      for (String name : all) {
        compared += compare(directory, name);
      }
    }
    System.out.println("resolvers agreed on a table: " + compared + " look-ups");
    assertTrue(compared > 10_000);
  }

  @Test
  void agreeOnRandomTrees() throws IOException {
    long seed = 20260101;
    Random random = new Random(seed);
    int compared = 0;
    TreeMap<String, Integer> outcomes = new TreeMap<>();
    for (int tree = 0; tree < 12; tree++) {
      Path root = Files.createDirectory(temp.resolve("tree" + tree));
      List<Path> directories = new ArrayList<>(List.of(root));
      for (int i = 0; i < 40; i++) {
        Path parent = directories.get(random.nextInt(directories.size()));
        Path entry = parent.resolve("n" + random.nextInt(12));
        if (Files.exists(entry, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        switch (random.nextInt(4)) {
          case 0 -> Files.writeString(entry, "x");
          case 1 -> directories.add(Files.createDirectory(entry));
          default -> link(parent, entry.getFileName().toString(), randomName(random));
        }
      }
      try (Directory directory = Directory.open(root)) {
        for (int i = 0; i < 300; i++) {
          String name = randomName(random);
          compared += compare(directory, name);
          try (OwnedFd.Use use = directory.use()) {
            int fd = use.fd();
            String outcome =
                outcome(
                    fd,
                    FileName.encode(name.startsWith("/") ? name.substring(1) + "." : name),
                    Fcntl.O_PATH,
                    Resolution.beneath(),
                    Resolution.Engine.WALK);
            outcomes.merge(outcome.contains(":") ? "found" : outcome, 1, Integer::sum);
          }
        }
      }
    }
    System.out.println("resolvers agreed on random trees: " + compared + " look-ups " + outcomes);
    assertTrue(outcomes.getOrDefault("found", 0) > 100, outcomes::toString);
    assertTrue(outcomes.getOrDefault("EXDEV", 0) > 100, outcomes::toString);
  }

  private static String randomName(Random random) {
    StringBuilder name = new StringBuilder(random.nextInt(12) == 0 ? "/" : "");
    int components = 1 + random.nextInt(5);
    for (int i = 0; i < components; i++) {
      switch (random.nextInt(8)) {
        case 0, 1 -> name.append("..");
        case 2 -> name.append('.');
        default -> name.append('n').append(random.nextInt(12));
      }
      name.append("/".repeat(i + 1 < components ? 1 + random.nextInt(2) : random.nextInt(2)));
    }
    return name.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "BENEATH, OPENAT2", "BENEATH, WALK", "BENEATH, AUTOMATIC",
    "IN_ROOT, OPENAT2", "IN_ROOT, WALK", "IN_ROOT, AUTOMATIC",
  })
  void nothingLeadsOut(Resolution.Scope scope, Resolution.Engine engine) throws IOException {
    Path root = layout();
    Files.writeString(temp.resolve("outside/file"), "outside");
    Resolution resolution =
        (scope == Resolution.Scope.BENEATH ? Resolution.beneath() : Resolution.inRoot())
            .with(engine);
    Opening opening = Opening.read().followLastLink();
    int refused = 0;
    try (Directory directory = Directory.open(root, resolution)) {
      for (String name :
          List.of(
              "../secret",
              "escape",
              "absolute",
              "up/secret",
              "a/up2/secret",
              "a/escape/file",
              "a/../../secret",
              "todir/../../../secret",
              "/../secret",
              temp + "/secret",
              "slashroot/../secret")) {
        try (OpenFile file = directory.open(name, opening)) {
          assertEquals("inside", new String(file.readAll(100), UTF_8), name);
        } catch (FileSystemException e) {
          refused++;
        }
      }
      assertEquals(11, refused);
      if (scope == Resolution.Scope.IN_ROOT) {
        directory.open("/a/b/file", opening).close();
        directory.open("absoluteinside/file", opening).close();
        directory.open("../../file", opening).close();
      }
    }
    // The control: a plain path goes out by the same names.
    assertEquals("outside", Files.readString(root.resolve("escape")));
    assertEquals("outside", Files.readString(root.resolve("a/escape/file")));
  }

  @Test
  void magicLinksAreRefused() throws IOException {
    try (Directory proc = Directory.open(Path.of("/proc"))) {
      for (Resolution.Engine engine : Resolution.Engine.values()) {
        try (OwnedFd.Use use = proc.use()) {
          int fd = use.fd();
          String pid = Long.toString(ProcessHandle.current().pid());
          for (String name : List.of(pid + "/cwd", pid + "/root/etc", pid + "/exe")) {
            assertEquals(
                Errno.ELOOP.name(),
                outcome(fd, FileName.encode(name), Fcntl.O_PATH, Resolution.beneath(), engine),
                () -> engine + " " + name);
          }
        }
      }
    }
  }

  /** Of the links in /proc only the magic ones are no text. */
  @Test
  void enginesAgreeAboutTheLinksOfProc() throws IOException {
    try (Directory proc = Directory.open(Path.of("/proc"))) {
      try (OwnedFd.Use use = proc.use()) {
        int fd = use.fd();
        for (Resolution way : List.of(Resolution.beneath(), Resolution.inRoot())) {
          for (String name :
              List.of(
                  "self",
                  "self/status",
                  "mounts",
                  "net",
                  "net/dev",
                  "thread-self/stat",
                  "self/fd/0",
                  "self/cwd",
                  "self/exe",
                  "self/root/etc",
                  "self/ns/mnt",
                  "thread-self/cwd/x")) {
            for (int flags : new int[] {Fcntl.O_PATH, Fcntl.O_PATH | Fcntl.O_NOFOLLOW}) {
              byte[] bytes = FileName.encode(name);
              assertEquals(
                  outcome(fd, bytes, flags, way, Resolution.Engine.OPENAT2),
                  outcome(fd, bytes, flags, way, Resolution.Engine.WALK),
                  () -> way + " " + name);
            }
          }
        }
      }
      Directory walking = proc.with(Resolution.beneath().with(Resolution.Engine.WALK));
      try (walking;
          OpenFile status = walking.open("self/status", Opening.read())) {
        assertTrue(new String(status.readAll(1 << 16), US_ASCII).contains("Pid:"));
      }
    }
  }

  @Test
  void mountsAreCrossedOnlyIfAllowed() throws IOException {
    try (Directory root = Directory.open(Path.of("/"))) {
      for (Resolution.Engine engine : Resolution.Engine.values()) {
        try (OwnedFd.Use use = root.use()) {
          int fd = use.fd();
          byte[] name = FileName.encode("proc/version");
          Resolution no = Resolution.beneath().noMountCrossing();
          assertEquals("EXDEV", outcome(fd, name, Fcntl.O_PATH, no, engine));
          assertEquals("EXDEV", outcome(fd, FileName.encode("proc"), Fcntl.O_PATH, no, engine));
          assertTrue(outcome(fd, name, Fcntl.O_PATH, Resolution.beneath(), engine).contains(":"));
        }
      }
    }
  }

  /** Longer than the kernel takes in one call. */
  @Test
  void namesLongerThanPathMax() throws IOException {
    Path root = Files.createDirectory(temp.resolve("long"));
    String component = "d".repeat(200);
    Directory current = Directory.open(root);
    for (int i = 0; i < 40; i++) {
      Directory next = current.mkdirHeld(component, 0700);
      current.close();
      current = next;
    }
    current.create("end", 0600).close();
    current.close();
    String name = (component + "/").repeat(40) + "end";
    try (Directory directory = Directory.open(root)) {
      directory.open(name, Opening.read()).close();
      assertEquals(FileKind.REGULAR, directory.stat(name).kind());
      directory.remove(name);
      for (int i = 40; i > 0; i--) {
        directory.rmdir((component + "/").repeat(i));
      }
    }
  }
}
