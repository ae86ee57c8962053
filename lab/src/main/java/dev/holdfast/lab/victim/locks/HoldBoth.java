package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;

/** L08 with Holdfast, a lock that both families see: {@code HoldBoth FILE}. */
final class HoldBoth {
  private HoldBoth() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    Optional<HeldSet> both = Locks.all(Locks.ofd(file), Locks.flock(file)).tryAcquire();
    System.out.println(both.isPresent() ? "held" : "busy");
    if (both.isPresent()) {
      try (HeldSet held = both.get()) {
        System.in.transferTo(OutputStream.nullOutputStream());
        held.all().forEach(one -> System.out.println("free: " + one.lock().name()));
      }
    }
  }
}
