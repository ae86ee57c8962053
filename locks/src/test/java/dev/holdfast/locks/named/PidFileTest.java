package dev.holdfast.locks.named;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockContract;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.Peer;
import dev.holdfast.locks.enforce.FileLease;
import dev.holdfast.locks.process.Inheritance;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PidFileTest extends LockContract {
  @Override
  protected Kind kind() {
    return Kinds.PID_FILE;
  }

  @Test
  void theFileSaysTheNumberAndIsGoneAfterwards() throws IOException {
    String name = newName();
    Path file = directory.resolve(name);
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(file));
      held.ensureValid();
      assertEquals(ProcessHandle.current().pid(), open(name).holders().getFirst().pid());
    }
    assertFalse(Files.exists(file));
    assertEquals(0, open(name).holders().size());
  }

  /** Without being told to wait it reads ours before its own is there. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theProgramReadsItsOwnNumberHoweverEarlyItLooks(boolean told) throws Exception {
    try (FileLease here = lease(Files.createFile(directory.resolve(newName())))) {
      assertTrue(here.isHeld());
    }
    String name = newName();
    Path file = directory.resolve(name);
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      if (told) {
        Inheritance.holderIsToCome(held);
      }
      Process early = new ProcessBuilder("cat", file.toString()).start();
      String read;
      if (told) {
        while (early.isAlive() && !isWaitedFor(file)) {
          Thread.sleep(1);
        }
        Inheritance.holderIs(held, (int) early.pid());
        read = new String(early.getInputStream().readAllBytes(), US_ASCII);
      } else {
        read = new String(early.getInputStream().readAllBytes(), US_ASCII);
        Inheritance.holderIs(held, (int) early.pid());
      }
      assertEquals(0, early.waitFor());
      assertEquals((told ? early.pid() : ProcessHandle.current().pid()) + "\n", read);
      assertEquals(early.pid() + "\n", Files.readString(file));
    }
  }

  private static boolean isWaitedFor(Path file) throws IOException {
    String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
    try (Stream<String> locks = Files.lines(Path.of("/proc/locks"))) {
      return locks.anyMatch(lock -> lock.contains(" BREAKING ") && lock.contains(inode));
    }
  }

  /** It has a lease until the program's number is there: not a fault, but somebody. */
  @Test
  void aFileWhoseHolderIsJustStartingItsProgramIsBusy() throws IOException {
    Path file = Files.createFile(directory.resolve(newName()));
    try (FileLease lease = lease(file)) {
      assertTrue(lease.isHeld());
      assertTrue(Locks.pidFile(file).tryAcquire().isEmpty());
    }
    assertTrue(isFree(Locks.pidFile(file)));
  }

  private static FileLease lease(Path file) {
    try {
      return FileLease.tryAcquire(file).orElseThrow();
    } catch (IOException none) {
      return Assumptions.abort("no leases on this file system: " + none.getMessage());
    }
  }

  @Test
  void whatACrashLeftIsTakenOver() throws Exception {
    String name = newName();
    Peer victim = Peer.start();
    try {
      assertTrue(victim.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    } finally {
      victim.kill();
    }
    Path file = directory.resolve(name);
    assertEquals(victim.pid() + "\n", Files.readString(file));
    try (Held held = open(name).tryAcquire().orElseThrow()) {
      assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(file));
      held.ensureValid();
    }
  }

  /** Another program's number, written over that of the victim, as a daemon does that forks. */
  @Test
  void aCrashIsTakenOverWhoeverWroteTheNumberUnlessThatOneRuns() throws Exception {
    String name = newName();
    Peer victim = Peer.start();
    try {
      assertTrue(victim.tryAcquire(kind(), directory, name, Mode.EXCLUSIVE).startsWith("granted"));
    } finally {
      victim.kill();
    }
    Path file = directory.resolve(name);
    // The program that sh becomes never asks how its child ended: that stays a zombie.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 300 & echo $!; exec sleep 300").start();
    try {
      long child = Long.parseLong(parent.inputReader().readLine());
      Files.writeString(file, child + "\n");
      assertTrue(open(name).tryAcquire().isEmpty(), "it runs");
      ProcessHandle.of(child).orElseThrow().destroyForcibly();
      Path stat = Path.of("/proc/" + child + "/stat");
      while (!Files.readString(stat).contains(") Z ")) {
        Thread.sleep(1);
      }
      open(name).tryAcquire().orElseThrow().close();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void thatNoProcessHasTheNumberIsSaid() throws IOException {
    Path file = directory.resolve(newName());
    Files.writeString(file, "999999999\n");
    assertTrue(Locks.pidFile(file).holders().getFirst().note().contains("no such process"));
    Files.writeString(file, ProcessHandle.current().pid() + "\n");
    assertEquals("as the file says", Locks.pidFile(file).holders().getFirst().note());
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    String note = Locks.pidFile(file).holders().getFirst().note();
    assertTrue(note.contains("started after the file was written"), note);
  }

  @Test
  void aDaemonHasANameAndNoFile() {
    assertThrows(IllegalArgumentException.class, () -> Locks.daemon("d.pid"));
    assertEquals("/run/php8.2-fpm.pid", Locks.daemon("php8.2-fpm").name());
  }

  @Test
  void aNumberWithoutAFlockIsRespected() throws IOException {
    for (String contents : new String[] {"1\n", "999999999\n", "garbage", "\0"}) {
      Path file = directory.resolve(newName());
      Files.writeString(file, contents);
      assertTrue(Locks.pidFile(file).tryAcquire().isEmpty(), contents);
      assertEquals(contents, Files.readString(file));
    }
  }

  @Test
  void anEmptyFileIsFree() throws IOException {
    Path file = directory.resolve(newName());
    Files.createFile(file);
    assertTrue(isFree(Locks.pidFile(file)));
  }

  @Test
  void aLinkWaitingAtTheNameIsNotFollowed() throws IOException {
    Path file = directory.resolve(newName());
    Path target = directory.resolve("precious");
    Files.writeString(target, "");
    Files.createSymbolicLink(file, target);
    assertThrows(FileSystemLoopException.class, () -> Locks.pidFile(file).tryAcquire());
    assertEquals("", Files.readString(target));
  }
}
