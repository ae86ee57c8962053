package dev.holdfast.lab.victim.locks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A lock of the JDK's, held until its input ends: {@code JdkLock hold|read FILE}. With {@code read}
 * the file is read while it is locked.
 */
final class JdkLock {
  private JdkLock() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[1]);
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        System.out.println("busy");
        return;
      }
      if (args[0].equals("read")) {
        // Closes a descriptor of the file: the kernel drops the lock, and isValid() stays true.
        Files.readAllBytes(file);
      }
      System.out.println(lock.isValid() ? "held" : "lost");
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
