package dev.holdfast.locks.portable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Locks;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application where there is no Linux to call. */
class ElsewhereTest {
  /** To Java this is another system, whose kernel nothing of ours calls. */
  private static final String ELSEWHERE = "-Dos.name=Mac OS X";

  private static final String WANTED = "-D" + PortableLock.PROPERTY + "=true";

  @TempDir Path here;

  /** An application as its developer starts it. */
  static final class Application {
    private Application() {}

    public static void main(String[] arguments) throws Exception {
      Path directory = Path.of(arguments[0]);
      HostLock lock = Locks.of(directory.resolve("job"));
      System.out.println(lock.kind() + " " + lock.capabilities());
      try (Held held = lock.acquire(Duration.ofMinutes(1))) {
        held.ensureValid();
        System.out.println(Locks.of(directory.resolve("job")).tryAcquire().isPresent());
        HostLock key = Locks.in(directory).of("order 4711");
        String mode = key.withLock(Duration.ofMinutes(1), one -> one.mode().name());
        System.out.println(mode);
        held.detach();
        try (var both = Locks.all(lock.shared(), key).tryAcquire().orElse(null)) {
          System.out.println(both == null);
        }
      }
      lock.reentrant().acquire().close();
      var java = lock.asJavaLock();
      java.lock();
      try {
        System.out.println(lock.holders());
      } finally {
        java.unlock();
      }
      // What is of Linux only is refused in one sentence.
      try {
        Locks.flock(directory.resolve("flock")).tryAcquire();
      } catch (LinkageError e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static Commands.Result run(List<String> options, Class<?> main, Path directory)
      throws Exception {
    List<String> command = ChildJvm.commandWith(options, main, directory.toString());
    return Commands.tried(command.toArray(String[]::new));
  }

  @Test
  void anApplicationRunsWhereThereIsNoLinux() throws Exception {
    Commands.Result run = run(List.of(ELSEWHERE, WANTED), Application.class, here);
    assertEquals(0, run.exit(), run::output);
    List<String> said = run.output().lines().toList();
    assertEquals("portable [SHARED, SURVIVES_KILL]", said.get(0));
    assertEquals(List.of("false", "EXCLUSIVE", "true", "[]"), said.subList(1, 5), run::output);
    assertTrue(said.get(5).contains("calls the Linux kernel, and this is Mac OS X"), run::output);
    assertEquals(6, said.size(), run::output);
  }

  /** The control: nobody who did not ask for less gets less. */
  @Test
  void onlyWhoWantsItGetsIt() throws Exception {
    Commands.Result unasked = run(List.of(ELSEWHERE), Application.class, here);
    assertTrue(unasked.exit() != 0, unasked::output);
    assertTrue(unasked.output().contains("calls the Linux kernel, and this is"), unasked::output);
    assertTrue(unasked.output().contains(PortableLock.PROPERTY), unasked::output);
    Commands.Result linux = run(List.of(WANTED), Application.class, here);
    assertTrue(linux.output().startsWith("ofd "), linux::output);
  }

  @Test
  void whatItCannotPromiseItDoesNotClaim() throws IOException {
    HostLock lock = PortableLock.KIND.at(here.resolve("f"));
    for (Capability none : List.of(Capability.HOLDERS, Capability.RANGES, Capability.FAIR)) {
      assertFalse(lock.capabilities().contains(none), none::toString);
    }
    assertThrows(UnsupportedOperationException.class, lock::fair);
    assertThrows(UnsupportedOperationException.class, () -> lock.range(0, 1));
  }

  @Test
  void whatIsLockedBesideThisLibraryIsBusy() throws IOException {
    Path file = Files.createFile(here.resolve("f"));
    HostLock lock = PortableLock.KIND.at(file);
    try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
      other.lock();
      assertTrue(lock.tryAcquire().isEmpty());
    }
    lock.tryAcquire().orElseThrow().close();
  }

  @Test
  void aNameThatLeadsElsewhereIsToldLost() throws IOException {
    Path file = here.resolve("f");
    HostLock lock = PortableLock.KIND.at(file);
    Held held = lock.tryAcquire().orElseThrow();
    held.ensureValid();
    Files.delete(file);
    Files.createFile(file);
    assertThrows(LockLostException.class, held::ensureValid);
    held.close();
  }

  @Test
  void noLinkIsFollowed() throws IOException {
    Path target = Files.createFile(here.resolve("target"));
    Path link = Files.createSymbolicLink(here.resolve("link"), target);
    assertThrows(IOException.class, () -> PortableLock.KIND.at(link).tryAcquire());
  }

  @Test
  void keysAreLocksOfTheirOwn() throws IOException {
    List<Held> held = new ArrayList<>();
    for (String key : List.of("a", "b", "../c", "")) {
      HostLock lock = PortableLock.KIND.keyed(here.resolve("keys"), key);
      held.add(lock.tryAcquire().orElseThrow().detach());
      assertTrue(
          PortableLock.KIND.keyed(here.resolve("keys"), key).tryAcquire().isEmpty(), key::toString);
    }
    held.forEach(Held::close);
    try (var left = Files.list(here)) {
      assertEquals(4, left.count());
    }
  }
}
