package dev.holdfast.files.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Host;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.libc.process.Identity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsUserTest {
  private static final int SOMEBODY = 54_321;
  private static final int A_GROUP = 54_322;
  private static final int ANOTHER_GROUP = 54_323;
  private static final UserIdentity USER =
      new UserIdentity("somebody", SOMEBODY, SOMEBODY, List.of(ANOTHER_GROUP, A_GROUP, A_GROUP));

  @TempDir Path dir;

  @BeforeEach
  void open() throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path file(String name, int uid, int gid, String mode) throws IOException {
    Path file = Files.writeString(dir.resolve(name), name);
    Files.setAttribute(file, "unix:uid", uid);
    Files.setAttribute(file, "unix:gid", gid);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private static String read(AsUser user, Path path) throws IOException, InterruptedException {
    try (OpenFile file = user.open(path, Opening.read())) {
      return new String(file.readAll(1000), UTF_8);
    }
  }

  @Test
  void opensWhatTheUserCouldAndNothingElse() throws Exception {
    Host.assumeRoot("becoming a user");
    Path own = file("own", SOMEBODY, 0, "r--------");
    Path byGroup = file("by-group", 0, ANOTHER_GROUP, "r--r-----");
    Path byPrimary = file("by-primary", 0, SOMEBODY, "---r-----");
    Path secret = file("secret", 0, 0, "rw-------");
    Path rootsGroup = file("roots-group", 0, 0, "rw-rw----");
    assertEquals("secret", Files.readString(secret), "the control: root itself can read it");
    try (AsUser user = AsUser.of(USER)) {
      assertEquals("own", read(user, own));
      assertEquals("by-group", read(user, byGroup));
      assertEquals("by-primary", read(user, byPrimary));
      assertThrows(AccessDeniedException.class, () -> read(user, secret));
      assertThrows(AccessDeniedException.class, () -> read(user, rootsGroup));
      assertThrows(
          AccessDeniedException.class,
          () -> user.open(own, Opening.write()),
          "owning it is not the permission to write");
      int bornTo =
          user.<Integer, IOException>call(
              () -> {
                try (OpenFile born = OpenFile.create(own.resolveSibling("born"), 0600)) {
                  return born.stat().uid();
                } catch (AccessDeniedException notInRootsDirectory) {
                  return -1;
                }
              });
      assertEquals(-1, bornTo);
    }
  }

  @Test
  void nothingOfItIsLeftOnAnyOtherThread() throws Exception {
    Host.assumeRoot("becoming a user");
    Path secret = file("secret", 0, 0, "rw-------");
    try (AsUser user = AsUser.of(USER)) {
      List<Thread> threads = new ArrayList<>();
      List<Throwable> wrong = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        assertThrows(AccessDeniedException.class, () -> read(user, secret));
                        assertEquals("secret", Files.readString(secret));
                        assertEquals(
                            SOMEBODY,
                            user.<Integer, RuntimeException>call(
                                () -> Identity.setfsuid(Identity.KEEP)));
                        assertEquals(0, Identity.setfsuid(Identity.KEEP));
                      } catch (Throwable e) {
                        synchronized (wrong) {
                          wrong.add(e);
                        }
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(List.of(), wrong);
    }
    assertEquals(0, Identity.setfsuid(Identity.KEEP));
    assertEquals("secret", Files.readString(secret));
  }

  /** A carrier of virtual threads inherits the identity of the thread that makes it. */
  @Test
  void aCarrierThatIsMadeWhenATaskEndsIsNotTheUser() throws Exception {
    Host.assumeRoot("becoming a user");
    assertEquals(SOMEBODY, carrierMadeBy(AsUserCarrier.TASK), "the control: it inherits");
    assertEquals(0, carrierMadeBy(AsUserCarrier.ANSWER));
  }

  private static int carrierMadeBy(String who) throws Exception {
    List<String> command =
        new ArrayList<>(Host.java(AsUserCarrier.class, String.valueOf(SOMEBODY), who).command());
    command.add(1, "-Djdk.virtualThreadScheduler.parallelism=2");
    return Integer.parseInt(Host.run(command.toArray(String[]::new)).strip());
  }

  @Test
  void anInterruptedCallerLeavesNothingOpen() throws Exception {
    UserIdentity self = self();
    Path file = Files.writeString(dir.resolve("file"), "x");
    try (AsUser user = AsUser.of(self)) {
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      AtomicReference<OpenFile> opened = new AtomicReference<>();
      AtomicReference<Throwable> got = new AtomicReference<>();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      user.<OpenFile, Exception>call(
                          () -> {
                            started.countDown();
                            go.await();
                            opened.set(OpenFile.open(file, Opening.read()));
                            return opened.get();
                          });
                    } catch (Throwable e) {
                      got.set(e);
                    }
                  });
      started.await();
      caller.interrupt();
      caller.join();
      assertTrue(got.get() instanceof InterruptedException, () -> "got " + got.get());
      go.countDown();
      user.call(() -> null);
      assertFalse(opened.get().isOpen(), "what nobody waited for stayed open");
    }
  }

  /** Whoever runs this test: needs no privilege. */
  private static UserIdentity self() {
    List<Integer> groups = new ArrayList<>();
    for (int gid : Identity.getgroups().value()) {
      groups.add(gid);
    }
    return new UserIdentity("self", Identity.geteuid(), Identity.getegid(), groups);
  }

  @Test
  void passesOnWhatATaskThrows() throws Exception {
    AsUser user = AsUser.of(self());
    IOException thrown = new IOException("mine");
    assertEquals(
        thrown,
        assertThrows(
            IOException.class,
            () ->
                user.<Void, IOException>call(
                    () -> {
                      throw thrown;
                    })));
    user.close();
    assertThrows(IllegalStateException.class, () -> user.call(() -> null));
  }

  @Test
  void anUnknownUserIsRefused() {
    assertThrows(UserPrincipalNotFoundException.class, () -> AsUser.named("no-such-user-anywhere"));
  }

  @Test
  void anUnprivilegedProcessMayNotBecomeAnother() throws Exception {
    Host.assumeRoot("starting a process as nobody");
    String output =
        Host.run(Host.java(Drop.class, dir.toString(), "become").command().toArray(new String[0]));
    assertEquals("denied", output.strip());
  }

  @Test
  void droppingReachesEveryThreadForGood() throws Exception {
    Host.assumeRoot("having privileges to drop");
    file("secret", 0, 0, "rw-------");
    String output =
        Host.run(Host.java(Drop.class, dir.toString(), "read").command().toArray(new String[0]));
    assertEquals("before: 8 of 8, after: 0 of 8", output.strip());
  }

  /** Reads the secret on eight threads, before and after it dropped its privileges. */
  static final class Drop {
    private Drop() {}

    @SuppressWarnings("SystemOut") // Its output is how it answers.
    public static void main(String[] args) throws Exception {
      Path secret = Path.of(args[0], "secret");
      if (args[1].equals("become")) {
        PrivilegeDrop.to(new UserIdentity("nobody", 65534, 65534, List.of()));
        try {
          AsUser.of(USER).close();
          System.out.println("became another");
        } catch (AccessDeniedException denied) {
          System.out.println("denied");
        }
        return;
      }
      int threads = 8;
      int[] read = new int[2];
      CountDownLatch first = new CountDownLatch(threads);
      CountDownLatch dropped = new CountDownLatch(1);
      CountDownLatch second = new CountDownLatch(threads);
      for (int i = 0; i < threads; i++) {
        // The kernel cuts the name in the middle of a letter.
        Thread.ofPlatform()
            .name("\u00e4".repeat(10))
            .daemon()
            .start(
                () -> {
                  tryToRead(secret, read, 0);
                  first.countDown();
                  try {
                    dropped.await();
                  } catch (InterruptedException never) {
                    return;
                  }
                  tryToRead(secret, read, 1);
                  second.countDown();
                });
      }
      first.await();
      PrivilegeDrop.to(new UserIdentity("nobody", 65534, 65534, List.of()));
      dropped.countDown();
      second.await();
      System.out.printf("before: %d of %d, after: %d of %d%n", read[0], threads, read[1], threads);
    }

    private static void tryToRead(Path secret, int[] read, int phase) {
      try {
        Files.readString(secret);
        synchronized (read) {
          read[phase]++;
        }
      } catch (IOException denied) {
        // Counted by not counting.
      }
    }
  }
}
