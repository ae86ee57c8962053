package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.enforce.OpenGuard;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/** L07 with Holdfast: {@code HoldGuard FILE}. Nobody else opens it until its input ends. */
final class HoldGuard {
  private HoldGuard() {}

  public static void main(String[] args) throws IOException {
    try (OpenGuard guard = OpenGuard.of(Path.of(args[0]), _ -> false)) {
      System.out.println(guard == null ? "" : "held");
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (AccessDeniedException e) {
      System.out.println("denied");
    }
  }
}
