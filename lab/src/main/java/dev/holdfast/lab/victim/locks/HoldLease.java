package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.enforce.FileLease;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * L07 with Holdfast: {@code HoldLease FILE}. Says when somebody wants the file, and what is in it
 * then; gives it back when its input ends.
 */
final class HoldLease {
  private HoldLease() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path file = Path.of(args[0]);
    // Before the lease: our own opens break it, too.
    String contents = Files.readString(file).strip();
    CountDownLatch wanted = new CountDownLatch(1);
    try (FileLease lease = FileLease.tryAcquire(file).orElseThrow()) {
      lease.onBreak(wanted::countDown);
      System.out.println("held");
      wanted.await();
      System.out.println("wanted");
      System.out.println(contents);
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
