package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Holds a lock of Holdfast's until its input ends, if it can be had now: {@code Hold HOW PATH}. */
final class Hold {
  private Hold() {}

  public static void main(String[] args) throws IOException {
    Path path = Path.of(args[1]);
    HostLock lock =
        switch (args[0]) {
          case "ofd", "ofd-read" -> Locks.of(path);
          case "flock", "flock-child" -> Locks.flock(path);
          case "file" -> Locks.file(path);
          case "mail" -> Locks.mail(path);
          default -> throw new IllegalArgumentException(args[0]);
        };
    try {
      Optional<Held> granted = lock.tryAcquire();
      if (granted.isEmpty()) {
        System.out.println("busy");
        return;
      }
      try (Held held = granted.get()) {
        hold(args[0], path, held);
      }
    } catch (FileSystemException e) {
      System.out.println("refused: " + e.getReason());
    }
  }

  private static void hold(String how, Path path, Held held) throws IOException {
    switch (how) {
      case "ofd-read" -> {
        // With a lock of the JDK this would be its end.
        int length = Files.readAllBytes(path).length;
        held.ensureValid();
        System.out.println(length >= 0 ? "held" : "");
      }
      case "flock-child" -> System.out.println(new ProcessBuilder("sleep", "600").start().pid());
      default -> System.out.println("held");
    }
    System.in.transferTo(OutputStream.nullOutputStream());
  }
}
