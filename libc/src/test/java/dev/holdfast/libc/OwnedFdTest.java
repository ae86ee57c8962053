package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class OwnedFdTest {
  private static OwnedFd open() throws Exception {
    return OwnedFd.of(
        Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/dev/null"), Fcntl.O_RDONLY, 0),
        "openat",
        "/dev/null");
  }

  private static boolean isOpen(int fd) {
    return Fcntl.fcntl(fd, Fcntl.F_GETFD, 0).ok();
  }

  @Test
  void closesOnce() throws Exception {
    OwnedFd fd = open();
    int number = fd.borrow();
    fd.giveBack();
    fd.close();
    assertFalse(isOpen(number));
    // The number may now be somebody else's: a second close must not take it.
    int other =
        Fcntl.fcntl(
                (int) Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/"), 0, 0).value(),
                Fcntl.F_DUPFD_CLOEXEC,
                number)
            .intValue();
    fd.close();
    fd.close();
    assertTrue(isOpen(other));
    assertTrue(Unistd.close(other).ok());
    assertThrows(ClosedChannelException.class, fd::borrow);
    assertFalse(fd.isOpen());
  }

  @Test
  void borrowerKeepsTheNumber() throws Exception {
    OwnedFd fd = open();
    int first = fd.borrow();
    int second = fd.borrow();
    assertEquals(first, second);
    fd.close();
    assertTrue(isOpen(first), "closed under a borrower");
    assertThrows(ClosedChannelException.class, fd::borrow);
    fd.giveBack();
    assertTrue(isOpen(first), "closed under the second borrower");
    fd.giveBack();
    assertFalse(isOpen(first));
  }

  @Test
  void borrowersAndACloserAtOnce() throws Exception {
    for (int round = 0; round < 100; round++) {
      OwnedFd fd = open();
      AtomicInteger good = new AtomicInteger();
      List<Future<Boolean>> answers = new ArrayList<>();
      try (var threads = Executors.newFixedThreadPool(4)) {
        Callable<Boolean> borrower =
            () -> {
              for (; ; ) {
                int number;
                try {
                  number = fd.borrow();
                } catch (ClosedChannelException e) {
                  return true;
                }
                try {
                  if (!isOpen(number)) {
                    return false;
                  }
                  good.incrementAndGet();
                } finally {
                  fd.giveBack();
                }
              }
            };
        for (int i = 0; i < 3; i++) {
          answers.add(threads.submit(borrower));
        }
        while (good.get() < 3) {
          Thread.onSpinWait();
        }
        fd.close();
        for (Future<Boolean> answer : answers) {
          assertTrue(answer.get(), "the number was closed while borrowed");
        }
      }
    }
  }

  @Test
  void releasedOneIsTheCallers() throws Exception {
    OwnedFd fd = open();
    int number = fd.release();
    fd.close();
    assertTrue(isOpen(number));
    assertTrue(Unistd.close(number).ok());
    OwnedFd used = open();
    used.borrow();
    assertThrows(IllegalStateException.class, used::release);
    used.giveBack();
    used.close();
    assertThrows(IllegalStateException.class, used::release);
  }

  @Test
  void failureToOpenIsTheException() {
    assertThrows(
        NoSuchFileException.class,
        () -> OwnedFd.of(SyscallResult.failure(Errno.ENOENT), "openat", "/no"));
    assertThrows(IllegalArgumentException.class, () -> OwnedFd.of(-1, "nothing"));
  }

  @Test
  void forgottenOneIsClosedAndCounted() throws Exception {
    long before = OwnedFd.leaked();
    int number = forget();
    while (OwnedFd.leaked() == before) {
      System.gc();
      LockSupport.parkNanos(1_000_000);
    }
    while (isOpen(number)) {
      Thread.onSpinWait();
    }
    assertEquals(before + 1, OwnedFd.leaked());
  }

  private static WeakReference<OwnedFd> closed() throws Exception {
    OwnedFd fd = open();
    fd.close();
    return new WeakReference<>(fd);
  }

  private static int forget() throws Exception {
    OwnedFd fd = open();
    int number = fd.borrow();
    fd.giveBack();
    return number;
  }

  @Test
  void closedOneIsNoLeak() throws Exception {
    long before = OwnedFd.leaked();
    List<WeakReference<OwnedFd>> closed = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      closed.add(closed());
    }
    // One that is forgotten after them, and counted, shows that those would have been, too.
    forget();
    while (OwnedFd.leaked() == before || closed.stream().anyMatch(fd -> fd.get() != null)) {
      System.gc();
      LockSupport.parkNanos(1_000_000);
    }
    assertEquals(before + 1, OwnedFd.leaked());
  }
}
