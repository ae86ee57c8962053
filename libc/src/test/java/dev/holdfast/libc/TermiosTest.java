package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TermiosTest {
  private static int open(String path) {
    SyscallResult fd =
        Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(path), Fcntl.O_RDWR | Fcntl.O_NOCTTY, 0);
    assertTrue(fd.ok(), () -> path + ": " + fd);
    return fd.intValue();
  }

  @Test
  void aTerminalHasASize() {
    int fd = open("/dev/ptmx");
    try {
      // A new one does not know its size yet.
      assertEquals(new Termios.Winsize(0, 0), Termios.tcgetwinsize(fd).value());
    } finally {
      Unistd.close(fd);
    }
  }

  @Test
  void whatIsNoTerminalSaysSo() {
    int fd = open("/dev/null");
    try {
      assertTrue(Termios.tcgetwinsize(fd).is(Errno.ENOTTY));
    } finally {
      Unistd.close(fd);
    }
    assertTrue(Termios.tcgetwinsize(-1).is(Errno.EBADF));
  }
}
