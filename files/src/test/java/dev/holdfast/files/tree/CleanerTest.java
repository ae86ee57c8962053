package dev.holdfast.files.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.Host;
import dev.holdfast.files.PrivateMount;
import dev.holdfast.files.SwapAttacker;
import dev.holdfast.files.tree.CleaningEvent.Decision;
import dev.holdfast.files.tree.CleaningRules.Time;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanerTest {
  /** The change and birth times cannot be set back, so tests judge by the others. */
  private static final CleaningRules RULES =
      CleaningRules.olderThan(Duration.ofDays(10)).by(Time.MODIFY, Time.ACCESS);

  private static final FileTime OLD = FileTime.from(Instant.EPOCH);

  @TempDir Path dir;
  private Path swept;
  private final Map<String, Decision> decisions = new TreeMap<>();

  @BeforeEach
  void setUp() throws IOException {
    swept = Files.createDirectory(dir.resolve("swept"));
  }

  private CleaningReport clean(CleaningRules rules) throws IOException {
    decisions.clear();
    long before = Host.openDescriptors();
    CleaningReport report =
        Cleaner.clean(
            swept,
            rules,
            event ->
                decisions.put(
                    swept.relativize(Path.of(event.path())).toString(), event.decision()));
    assertEquals(before, Host.openDescriptors());
    return report;
  }

  private Path old(String name) throws IOException {
    Path file = Files.writeString(swept.resolve(name), "old");
    age(file);
    return file;
  }

  private static void age(Path path) throws IOException {
    Files.setAttribute(path, "lastAccessTime", OLD, LinkOption.NOFOLLOW_LINKS);
    Files.setLastModifiedTime(path, OLD);
  }

  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.walk(swept)) {
      return all.skip(1).map(path -> swept.relativize(path).toString()).sorted().toList();
    }
  }

  @Test
  void removesTheOldAndKeepsTheYoung() throws IOException {
    old("old");
    Files.writeString(swept.resolve("young"), "young");
    Path read = old("read-yesterday");
    Files.setAttribute(
        read, "lastAccessTime", FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    Path sub = Files.createDirectory(swept.resolve("sub"));
    old("sub/inner");
    age(sub);
    Path busy = Files.createDirectory(swept.resolve("busy"));
    Files.writeString(busy.resolve("young"), "young");
    age(busy);
    CleaningReport report = clean(RULES);
    assertTrue(report.complete(), () -> report.failures().toString());
    assertEquals(List.of("busy", "busy/young", "read-yesterday", "young"), left());
    assertEquals(3, report.count(Decision.REMOVED));
    assertEquals(Decision.REMOVED, decisions.get("sub"));
    assertEquals(Decision.NOT_EMPTY, decisions.get("busy"));
    assertEquals(Decision.YOUNG, decisions.get("read-yesterday"));
  }

  /** What was cleaned is no younger by that. */
  @Test
  void directoriesThatStayKeepTheirTimes() throws IOException {
    Path sub = Files.createDirectory(swept.resolve("sub"));
    for (String name : List.of("a", "sub/a", "sub/b")) {
      old(name);
    }
    Files.writeString(sub.resolve("young"), "young");
    List.of(sub, swept).forEach(CleanerTest::ageUnchecked);
    clean(RULES);
    assertEquals(List.of("sub", "sub/young"), left());
    assertEquals(OLD, Files.getLastModifiedTime(sub));
    assertEquals(OLD, Files.getLastModifiedTime(swept));
    clean(RULES);
    assertEquals(OLD, Files.getLastModifiedTime(swept), "nothing was removed");
  }

  @Test
  void whatSomebodyElseChangedIsYoung() throws IOException {
    old("a");
    age(swept);
    Cleaner.clean(swept, RULES, event -> writeUnchecked(swept.resolve("new")));
    assertEquals(List.of("new"), left());
    assertNotEquals(OLD, Files.getLastModifiedTime(swept));
  }

  private static void ageUnchecked(Path path) {
    try {
      age(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeUnchecked(Path path) {
    try {
      FileTime before = Files.getLastModifiedTime(path.getParent());
      do {
        // Until the clock of the file system has gone on.
        Files.deleteIfExists(path);
        Files.writeString(path, "new");
      } while (Files.getLastModifiedTime(path.getParent()).equals(before));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDryRunTellsTheDirectoriesThatWouldFollow() throws IOException {
    Path all = Files.createDirectories(swept.resolve("all/below"));
    old("all/below/a");
    old("all/b");
    Path some = Files.createDirectory(swept.resolve("some"));
    old("some/a");
    Files.writeString(some.resolve("young"), "young");
    List.of(all, all.getParent(), some).forEach(CleanerTest::ageUnchecked);
    clean(RULES.withDryRun(true));
    List<String> told =
        decisions.entrySet().stream()
            .filter(each -> each.getValue() == Decision.WOULD_REMOVE)
            .map(Map.Entry::getKey)
            .toList();
    assertEquals(List.of("all", "all/b", "all/below", "all/below/a", "some/a"), told);
    clean(RULES);
    List<String> done =
        decisions.entrySet().stream()
            .filter(each -> each.getValue() == Decision.REMOVED)
            .map(Map.Entry::getKey)
            .toList();
    assertEquals(told, done);
  }

  /** A held directory is worked in by the name of a dot, which nobody typed. */
  @Test
  void pathsHaveNoDotThatWasNotTyped() throws IOException {
    old("old");
    List<String> told = new ArrayList<>();
    try (Directory held = Directory.open(swept)) {
      Cleaner.clean(held, RULES, event -> told.add(event.path()));
    }
    assertEquals(List.of(swept + "/old"), told);
    old("old");
    told.clear();
    // The control: what was typed is told as it was typed.
    Path typed = swept.resolve(".");
    Cleaner.clean(typed, RULES, event -> told.add(event.path()));
    assertEquals(List.of(typed + "/old"), told);
  }

  @Test
  @SuppressWarnings("try") // it is closed in the middle of it all
  void socketsGoIfNobodyHasBoundThem() throws IOException {
    try (ServerSocketChannel ended = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      ended.bind(UnixDomainSocketAddress.of(swept.resolve("ended")));
    }
    try (ServerSocketChannel listens = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listens.bind(UnixDomainSocketAddress.of(swept.resolve("listens")));
      Host.mkfifo(swept.resolve("fifo"));
      try (Directory held = Directory.open(swept)) {
        for (String name : List.of("listens", "ended", "fifo")) {
          held.setTimes(name, OLD, OLD);
        }
      }
      clean(RULES);
      assertEquals(Decision.KIND, decisions.get("ended"));
      clean(RULES.withSparesSockets(false));
      assertEquals(List.of("fifo", "listens"), left());
      assertEquals(Decision.OPEN, decisions.get("listens"));
      try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        assertTrue(client.connect(UnixDomainSocketAddress.of(swept.resolve("listens"))));
        listens.accept().close();
      }
    }
  }

  /** As tmpreaper(8) and tmpfiles.d(5) spare them; of anybody else they are files as others. */
  @Test
  void whatFileSystemsNeedIsSpared() throws IOException {
    Host.assumeRoot("makes files of root's and of somebody else's");
    for (String place : List.of("", "sub/")) {
      Files.createDirectories(swept.resolve(place + "lost+found"));
      old(place + "lost+found/inode");
      old(place + "aquota.user");
      old(place + ".journal");
      age(swept.resolve(place + "lost+found"));
    }
    for (String name : List.of("lost+found", "aquota.user")) {
      Path foreign = Files.createDirectories(swept.resolve("foreign")).resolve(name);
      Files.writeString(foreign, "x");
      Files.setAttribute(foreign, "unix:uid", 65534);
      age(foreign);
    }
    clean(RULES);
    assertEquals(
        List.of(
            ".journal",
            "aquota.user",
            "foreign",
            "lost+found",
            "lost+found/inode",
            "sub",
            "sub/.journal",
            "sub/aquota.user",
            "sub/lost+found",
            "sub/lost+found/inode"),
        left());
    assertEquals(Decision.EXCLUDED, decisions.get("sub/lost+found"));
  }

  @Test
  void aDryRunChangesNothing() throws IOException {
    old("old");
    CleaningReport report = clean(RULES.withDryRun(true));
    assertEquals(1, report.count(Decision.WOULD_REMOVE));
    assertEquals(List.of("old"), left());
  }

  @Test
  void allFourTimesCountUnlessToldOtherwise() throws IOException {
    old("just-created");
    clean(CleaningRules.olderThan(Duration.ofDays(10)));
    assertEquals(Decision.YOUNG, decisions.get("just-created"));
  }

  @Test
  void linksAreRemovedAndNotFollowed() throws IOException {
    Path outside = Files.writeString(dir.resolve("outside"), "keep");
    Path link = Files.createSymbolicLink(swept.resolve("link"), outside);
    setOldByName(link);
    clean(RULES.by(Time.MODIFY));
    assertEquals(List.of(), left());
    assertTrue(Files.exists(outside));
  }

  /** The JDK would follow the link, and open the FIFO to do it: that waits for ever. */
  private static void setOldByName(Path link) throws IOException {
    Unistd.utimensat(
            Fcntl.AT_FDCWD, FileName.encode(link.toString()), 1, 0, 1, 0, Fcntl.AT_SYMLINK_NOFOLLOW)
        .orThrow("utimensat", link.toString());
  }

  @Test
  void whatIsInUseStays() throws IOException {
    Path open = old("open");
    Path mapped = old("mapped");
    Path flocked = old("flocked");
    Path ofd = old("ofd");
    Path directory = Files.createDirectory(swept.resolve("locked-dir"));
    old("locked-dir/inner");
    age(directory);
    int flock = descriptor(flocked, Fcntl.O_RDONLY);
    int flockedDir = descriptor(directory, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);
    FileLocks.flock(flock, FileLocks.LOCK_SH).orThrow("flock", "flocked");
    FileLocks.flock(flockedDir, FileLocks.LOCK_SH).orThrow("flock", "locked-dir");
    int reading = descriptor(open, Fcntl.O_RDONLY);
    int record = descriptor(ofd, Fcntl.O_RDWR);
    FileLocks.setlk(record, FileLocks.F_OFD_SETLK, FileLocks.F_WRLCK, 0, 1).orThrow("fcntl", "ofd");
    try {
      MappedByteBuffer map;
      try (FileChannel channel = FileChannel.open(mapped)) {
        map = channel.map(FileChannel.MapMode.READ_ONLY, 0, 3);
      }
      // Mapping is an access.
      age(mapped);
      clean(RULES);
      assertEquals(Decision.OPEN, decisions.get("open"));
      assertEquals(Decision.OPEN, decisions.get("mapped"));
      assertEquals(Decision.LOCKED, decisions.get("flocked"));
      assertEquals(Decision.LOCKED, decisions.get("ofd"));
      assertEquals(Decision.LOCKED, decisions.get("locked-dir"));
      assertEquals('o', map.get(0));

      clean(RULES.withSparesOpenFiles(false));
      assertEquals(
          List.of("flocked", "locked-dir", "locked-dir/inner", "ofd"), left(), "only locks hold");
    } finally {
      Unistd.close(reading);
      Unistd.close(record);
      Unistd.close(flock);
      Unistd.close(flockedDir);
    }
    age(ofd);
    clean(RULES);
    assertEquals(List.of(), left());
  }

  private static int descriptor(Path path, int oflags) throws IOException {
    return (int)
        Fcntl.openat(Fcntl.AT_FDCWD, FileName.encode(path.toString()), oflags, 0)
            .orThrow("openat", path.toString());
  }

  @Test
  void specialFilesAndExcludedOnesStay() throws IOException {
    Path fifo = swept.resolve("fifo");
    Host.mkfifo(fifo);
    setOldByName(fifo);
    old("precious");
    clean(RULES.excluding(path -> path.endsWith("/precious")));
    assertEquals(List.of("fifo", "precious"), left());
    assertEquals(Decision.KIND, decisions.get("fifo"));
    assertEquals(Decision.EXCLUDED, decisions.get("precious"));
  }

  @Test
  void onlyADirectoryIsCleaned() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("to-swept"), swept);
    old("old");
    assertEquals(
        "ENOTDIR", Cleaner.clean(link, RULES, event -> {}).failures().getFirst().errnoName());
    assertEquals(List.of("old"), left());
    assertThrows(
        NoSuchFileException.class, () -> Cleaner.clean(dir.resolve("absent"), RULES, event -> {}));
  }

  private static final int ROUNDS = Host.rounds(300);
  private static final int ENTRIES = 6;

  private interface Way {
    void run(Path directory) throws IOException;
  }

  /** What is young was put in the place of what is old, after it was looked at. */
  @Test
  void whatWasJudgedIsWhatIsRemoved() throws Exception {
    assertTrue(roundThatLostAYoungFile(this::usualCleaner) >= 0, "the control held");
    assertEquals(-1, roundThatLostAYoungFile(this::ourCleaner));
  }

  private void ourCleaner(Path directory) throws IOException {
    Cleaner.clean(directory, RULES, event -> {});
  }

  private void usualCleaner(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.lastModifiedTime().toInstant().isBefore(limit())) {
              Files.deleteIfExists(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static Instant limit() {
    return Instant.now().minus(Duration.ofDays(10));
  }

  private int roundThatLostAYoungFile(Way way) throws Exception {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(swept, PosixFilePermissions.fromString("rwxrwxrwx"));
    String[] names = new String[ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      names[i] = "e" + i;
    }
    int lost = -1;
    try (SwapAttacker.Running attacker =
        SwapAttacker.Running.start(swept, SwapAttacker.NONE, names)) {
      for (int round = 0; round < ROUNDS && lost < 0; round++) {
        for (String name : names) {
          Path made = Files.writeString(dir.resolve("made"), "old");
          age(made);
          Files.move(made, swept.resolve(name));
          Files.writeString(dir.resolve("made"), "young");
          Files.move(dir.resolve("made"), swept.resolve("other-" + name));
        }
        way.run(swept);
        if (youngFiles() < ENTRIES) {
          lost = round;
        }
        Trees.deleteContents(swept, TreeOptions.defaults());
        assertEquals(List.of(), left());
      }
      assertTrue(attacker.stop() > 0, "the attacker never got to work");
    }
    return lost;
  }

  private int youngFiles() {
    int count = 0;
    for (int i = 0; i < ENTRIES; i++) {
      // The attacker is still at work: where both names are there, none was removed.
      boolean both =
          Files.exists(swept.resolve("e" + i)) && Files.exists(swept.resolve("other-e" + i));
      count += both || holdsYoung("e" + i) || holdsYoung("other-e" + i) ? 1 : 0;
    }
    return count;
  }

  private boolean holdsYoung(String name) {
    try {
      return Files.readString(swept.resolve(name)).equals("young");
    } catch (IOException absent) {
      return false;
    }
  }

  /** The directory that is swept is swapped for a link to the outside. */
  @Test
  void nobodyLeadsItOut() throws Exception {
    assertTrue(roundThatLostTheOutside(this::usualCleaner) >= 0, "the control held");
    assertEquals(-1, roundThatLostTheOutside(this::ourCleaner));
  }

  private int roundThatLostTheOutside(Way way) throws Exception {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(swept, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path outside = Files.createDirectories(dir.resolve("outside"));
    Path canary = Files.writeString(outside.resolve("f"), "canary");
    age(canary);
    String[] names = new String[ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      names[i] = "e" + i;
    }
    int lost = -1;
    try (SwapAttacker.Running attacker = SwapAttacker.Running.start(swept, outside, names)) {
      for (int round = 0; round < ROUNDS && lost < 0; round++) {
        for (String name : names) {
          Path made = Files.createDirectory(dir.resolve("made"));
          Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
          age(Files.writeString(made.resolve("f"), "old"));
          Files.move(made, swept.resolve(name));
        }
        way.run(swept);
        if (!Files.exists(canary)) {
          lost = round;
        }
        cleared(names);
      }
      assertTrue(attacker.stop() > 0, "the attacker never got to work");
    }
    Trees.deleteContents(swept, TreeOptions.defaults());
    return lost;
  }

  private void cleared(String[] names) throws IOException {
    for (String name : names) {
      while (Files.exists(swept.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        Trees.delete(swept.resolve(name), TreeOptions.defaults());
      }
    }
  }

  /** Ends while it cleans: a signal does the same. */
  static final class Ending {
    public static void main(String[] args) throws IOException {
      CleaningRules rules = CleaningRules.olderThan(Duration.ofDays(1)).by(Time.MODIFY);
      Cleaner.clean(
          Path.of(args[0]),
          rules,
          event -> {
            new Thread(() -> System.exit(0)).start();
            while (!Thread.currentThread().isInterrupted()) {
              Thread.onSpinWait();
            }
          });
    }
  }

  @Test
  void aCleanerThatIsEndedTakesItsQuarantineAway() throws Exception {
    old("one");
    Host.run(Host.java(Ending.class, swept.toString()).command().toArray(String[]::new));
    try (Stream<Path> left = Files.list(swept)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void theQuarantineLeavesNothingBehind() throws IOException {
    old("old");
    clean(RULES);
    assertFalse(
        left().stream().anyMatch(name -> name.contains("quarantine")), () -> decisions.toString());
  }

  /** Directories of an overlay's lower layer, which can be moved nowhere, as in each container. */
  @Test
  void onAnOverlayOldDirectoriesGo() throws Exception {
    String layers = "lowerdir=m/l,upperdir=m/u,workdir=m/w";
    try (PrivateMount mount =
        PrivateMount.of(
            dir,
            "mount -t tmpfs none m && mkdir -p m/l/old/deep m/l/busy m/u m/w m/m"
                + " && touch m/l/old/file m/l/old/deep/file m/l/busy/old m/l/busy/young"
                + " && find m/l ! -name young -exec touch -d 1970-01-02 {} +"
                + " && mount -t overlay overlay -o "
                + layers
                + " m/m")) {
      swept = mount.path().resolve("m");
      CleaningReport report = clean(CleaningRules.olderThan(Duration.ofDays(1)).by(Time.MODIFY));
      assertTrue(report.complete(), () -> report.failures().toString());
      assertEquals(List.of("busy", "busy/young"), left());
    }
  }

  /** What is moved there for the first time is copied, and loses its other names. */
  @Test
  void onAnOverlayFilesWithSeveralNamesGo() throws Exception {
    String layers = "lowerdir=m/l,upperdir=m/u,workdir=m/w";
    try (PrivateMount mount =
        PrivateMount.of(
            dir,
            "mount -t tmpfs none m && mkdir -p m/l m/u m/w m/m && touch m/l/a m/l/kept"
                + " && ln m/l/a m/l/b && ln m/l/a m/l/c && find m/l -exec touch -d 1970-01-02 {} +"
                + " && touch m/l/kept && mount -t overlay overlay -o "
                + layers
                + " m/m && chmod 600 m/m/c")) {
      swept = mount.path().resolve("m");
      CleaningReport report = clean(CleaningRules.olderThan(Duration.ofDays(1)).by(Time.MODIFY));
      assertTrue(report.complete(), () -> report.failures().toString());
      assertEquals(0, report.count(Decision.RACED), decisions::toString);
      assertEquals(List.of("kept"), left());
    }
  }

  /** Docker mounts single files. */
  @Test
  void aFileThatIsMountedIsLeftAlone() throws Exception {
    try (PrivateMount mount =
        PrivateMount.of(
            dir,
            "mount -t tmpfs none m && touch m/file m/other s/file && mount --bind s/file m/file"
                + " && touch -d 1970-01-02 m/file m/other")) {
      swept = mount.path();
      CleaningReport report = clean(CleaningRules.olderThan(Duration.ofDays(1)).by(Time.MODIFY));
      assertTrue(report.complete(), () -> report.failures().toString());
      assertEquals(List.of("file"), left());
      assertEquals(Decision.MOUNTED, decisions.get("file"));
    }
  }
}
