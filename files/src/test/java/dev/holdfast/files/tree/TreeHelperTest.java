package dev.holdfast.files.tree;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.Host;
import dev.holdfast.files.identity.AsUser;
import dev.holdfast.files.identity.UserIdentity;
import dev.holdfast.files.inside.TreeRoot;
import dev.holdfast.files.tree.TreeOptions.AfterFailure;
import dev.holdfast.libc.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Large trees are deleted by two threads, and nobody is to notice but by the time it takes. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TreeHelperTest {
  private static final int DIRECTORIES = 24;
  private static final int FILES = 100;

  /** So many that progress is told some times after one thread had done its share alone. */
  private static final int MANY = 500;

  private static final UserIdentity NOBODY = new UserIdentity("nobody", 65534, 65534, List.of());

  @TempDir Path dir;

  /** As {@link Trees#delete}, but shared from the first directory on. */
  static TreeReport deleteByTwo(Path tree, TreeOptions options) throws IOException {
    try (TreeRoot root = TreeRoot.of(tree);
        TreeWalker walker =
            new TreeWalker(new TreeDeletion(false, 0), options, root.parent(), root.above())) {
      return walker.run(root.name());
    }
  }

  /** Directories of files; in each an inner one with a file. */
  private Path tree(int files) throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path tree = Files.createDirectory(dir.resolve("tree"));
    open(tree);
    try (Directory held = Directory.open(tree)) {
      for (int i = 0; i < DIRECTORIES; i++) {
        try (Directory made = held.mkdirHeld("d" + i, 0777);
            Directory inner = made.mkdirHeld("inner", 0777)) {
          for (int j = 0; j < files; j++) {
            made.create("file-" + j, 0600).close();
          }
          inner.create("file", 0600).close();
        }
      }
    }
    return tree;
  }

  private static void open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private static boolean isHelping(Thread thread) {
    return thread.getName().equals("holdfast-tree") && thread.isAlive();
  }

  private static Set<Thread> helpers() {
    Set<Thread> helpers = ConcurrentHashMap.newKeySet();
    Thread.getAllStackTraces().keySet().stream()
        .filter(TreeHelperTest::isHelping)
        .forEach(helpers::add);
    return helpers;
  }

  private static void awaitEnd(Set<Thread> helpers) throws InterruptedException {
    for (Thread helper : helpers) {
      helper.join();
    }
  }

  @Test
  void twoDeleteAndCountAsOneDoes() throws Exception {
    Path tree = tree(MANY);
    long before = Host.openDescriptors();
    Set<Thread> helpers = ConcurrentHashMap.newKeySet();
    Set<Thread> callers = ConcurrentHashMap.newKeySet();
    TreeOptions options =
        TreeOptions.defaults()
            .onProgress(
                progress -> {
                  callers.add(Thread.currentThread());
                  helpers.addAll(helpers());
                });
    TreeReport report = Trees.delete(tree, options);
    assertTrue(report.complete(), report.toString());
    assertEquals(DIRECTORIES * (MANY + 1), report.done().others());
    assertEquals(2 * DIRECTORIES + 1, report.done().directories());
    assertEquals(0, report.done().vanished());
    assertFalse(Files.exists(tree));
    assertEquals(1, helpers.size(), "nobody helped, or too many");
    assertEquals(Set.of(Thread.currentThread()), callers);
    awaitEnd(helpers);
    assertEquals(before, Host.openDescriptors());
  }

  @Test
  void theHelperHasTheCallersIdentityAndFailuresAreReportedOnce() throws Exception {
    Host.assumeRoot("becoming a user");
    Path tree = tree(FILES);
    Set<String> closed = new TreeSet<>();
    for (int i = 0; i < DIRECTORIES; i++) {
      Path inner = tree.resolve("d" + i + "/inner");
      Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("rwxr-xr-x"));
      closed.add(inner.resolve("file").toString());
    }
    List<TreeFailure> failures = new ArrayList<>();
    Set<Thread> callers = ConcurrentHashMap.newKeySet();
    TreeOptions options =
        TreeOptions.defaults()
            .onFailure(
                failure -> {
                  callers.add(Thread.currentThread());
                  failures.add(failure);
                  return AfterFailure.SKIP;
                });
    TreeReport report;
    try (AsUser user = AsUser.of(NOBODY)) {
      report = user.call(() -> deleteByTwo(tree, options));
    }
    assertEquals(
        closed, new TreeSet<>(failures.stream().map(TreeFailure::path).toList()), "what failed");
    assertEquals(DIRECTORIES, failures.size(), "each once");
    assertEquals(DIRECTORIES, report.done().failures());
    assertEquals(DIRECTORIES * FILES, report.done().others());
    assertEquals(1, callers.size(), "the caller's thread alone is called back");
    for (String file : closed) {
      assertTrue(Files.exists(Path.of(file)), file);
    }
    // The control: whoever may remove them does.
    assertTrue(deleteByTwo(tree, TreeOptions.defaults()).complete());
    assertFalse(Files.exists(tree));
  }

  @Test
  void anInterruptEndsBoth() throws Exception {
    Path tree = tree(FILES);
    long before = Host.openDescriptors();
    Set<Thread> helpers = ConcurrentHashMap.newKeySet();
    TreeOptions options =
        TreeOptions.defaults()
            .onProgress(
                progress -> {
                  helpers.addAll(helpers());
                  Thread.currentThread().interrupt();
                });
    TreeReport report = deleteByTwo(tree, options);
    assertTrue(Thread.interrupted());
    assertTrue(report.stopped());
    assertFalse(report.complete());
    assertTrue(Files.exists(tree));
    assertEquals(1, helpers.size());
    awaitEnd(helpers);
    assertEquals(before, Host.openDescriptors());
  }

  /** Deletes, and asks before each file whether that is to fail. */
  private static class Hooked extends TreeTask {
    private final TreeTask deletion = new TreeDeletion(false, 0);
    private final Predicate<TreeWalker> refusing;

    Hooked(Predicate<TreeWalker> refusing) {
      this.refusing = refusing;
    }

    @Override
    Outcome other(TreeWalker walker, TreeFrame in, byte[] name, int type) {
      return refusing.test(walker)
          ? walker.failed(name, "unlinkat", Errno.EIO)
          : deletion.other(walker, in, name, type);
    }

    @Override
    Outcome leave(TreeWalker walker, TreeFrame in, TreeFrame directory) {
      return deletion.leave(walker, in, directory);
    }
  }

  /** Deletes by two, each with a hook. */
  private static TreeReport deleteHooked(
      Path tree,
      TreeOptions options,
      Predicate<TreeWalker> refusing,
      Predicate<TreeWalker> refusingHelper)
      throws IOException {
    TreeTask task =
        new Hooked(refusing) {
          @Override
          long sharedFrom(TreeOptions shared) {
            return 0;
          }

          @Override
          TreeTask shared() {
            return new Hooked(refusingHelper);
          }
        };
    try (TreeRoot root = TreeRoot.of(tree);
        TreeWalker walker = new TreeWalker(task, options, root.parent(), root.above())) {
      return walker.run(root.name());
    }
  }

  @Test
  void whatIsTakenAwayFromTheHelperIsReported() throws Exception {
    Path tree = Files.createDirectory(dir.resolve("tree"));
    Path inner = Files.createDirectories(tree.resolve("d/inner"));
    Files.createFile(inner.resolve("file"));
    Path elsewhere = dir.resolve("elsewhere");
    TreeReport report =
        deleteHooked(
            tree,
            TreeOptions.defaults(),
            walker -> false,
            walker -> !inner.toFile().renameTo(elsewhere.toFile()));
    assertEquals(
        List.of("S19"),
        report.failures().stream()
            .map(failure -> failure.row() == null ? "" : failure.row().name())
            .toList(),
        report.toString());
    assertFalse(report.complete());
    assertFalse(Files.exists(tree));
    assertTrue(Files.exists(elsewhere));
  }

  @Test
  void nobodyIsAskedAboutTheHelpersFailureAfterStop() throws Exception {
    Path tree = Files.createDirectory(dir.resolve("tree"));
    for (String name : List.of("a", "b")) {
      Files.createFile(Files.createDirectory(tree.resolve(name)).resolve("file"));
    }
    CountDownLatch helping = new CountDownLatch(1);
    List<TreeFailure> asked = new ArrayList<>();
    TreeReport report =
        deleteHooked(
            tree,
            TreeOptions.defaults()
                .onFailure(
                    failure -> {
                      asked.add(failure);
                      return AfterFailure.STOP;
                    }),
            walker -> {
              assertDoesNotThrow(() -> helping.await());
              return true;
            },
            walker -> {
              helping.countDown();
              return true;
            });
    assertTrue(report.stopped());
    assertEquals(1, asked.size(), asked.toString());
    assertEquals(1, report.done().failures());
  }

  @Test
  void whatTheCallersCodeThrowsEndsBoth() throws Exception {
    Path tree = tree(FILES);
    long before = Host.openDescriptors();
    Set<Thread> helpers = ConcurrentHashMap.newKeySet();
    TreeOptions options =
        TreeOptions.defaults()
            .onProgress(
                progress -> {
                  helpers.addAll(helpers());
                  throw new IllegalArgumentException("mine");
                });
    assertThrows(IllegalArgumentException.class, () -> deleteByTwo(tree, options));
    assertEquals(1, helpers.size());
    awaitEnd(helpers);
    assertEquals(before, Host.openDescriptors());
  }

  @ParameterizedTest
  @EnumSource(HowToStop.class)
  void itEndsWhereverItIsStopped(HowToStop how) throws Exception {
    long before = Host.openDescriptors();
    for (int after = 0; after < 60; after++) {
      Path tree = Files.createDirectory(dir.resolve("tree"));
      for (int i = 0; i < 40; i++) {
        Files.createFile(Files.createDirectory(tree.resolve("d" + i)).resolve("file"));
      }
      AtomicInteger left = new AtomicInteger(after);
      try {
        deleteHooked(
            tree,
            TreeOptions.defaults(),
            walker -> {
              if (left.getAndDecrement() == 0) {
                how.stop();
                walker.stop();
              }
              return false;
            },
            walker -> false);
      } catch (IllegalArgumentException thrown) {
        assertEquals(HowToStop.THROW, how);
      } finally {
        Thread.interrupted();
      }
      Trees.delete(tree, TreeOptions.defaults());
    }
    awaitEnd(helpers());
    assertEquals(before, Host.openDescriptors());
  }

  enum HowToStop {
    STOP,
    INTERRUPT,
    THROW;

    void stop() {
      switch (this) {
        case STOP -> {}
        case INTERRUPT -> Thread.currentThread().interrupt();
        case THROW -> throw new IllegalArgumentException("mine");
      }
    }
  }

  @Test
  void twoHoldNoMoreDirectoriesThanOne() throws Exception {
    int most = 64;
    Path tree = Files.createDirectory(dir.resolve("tree"));
    for (int i = 0; i < 6; i++) {
      Files.createDirectories(tree.resolve("d" + i + "/d".repeat(150)));
    }
    long before = Host.openDescriptors();
    AtomicBoolean done = new AtomicBoolean();
    FutureTask<Long> watch =
        new FutureTask<>(
            () -> {
              long seen = 0;
              while (!done.get()) {
                seen = Math.max(seen, Host.openDescriptors());
              }
              return seen;
            });
    Thread.ofPlatform().start(watch);
    TreeReport report;
    try {
      report = deleteByTwo(tree, TreeOptions.defaults().withMaxOpenDirectories(most));
    } finally {
      done.set(true);
    }
    assertTrue(report.complete(), report.toString());
    long held = watch.get() - before;
    assertTrue(held > most / 2, "nothing was seen: " + held);
    // And the roots, what they are in, and what is just being opened.
    assertTrue(held <= most + 12, held + " were held");
  }
}
