package dev.holdfast.locks.named;

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
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

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
