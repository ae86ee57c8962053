package dev.holdfast.lab.victim.locks;

import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.Locks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** L02 and L03 with Holdfast: {@code TakeBoth FIRST SECOND}, once for each line of its input. */
final class TakeBoth {
  private TakeBoth() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (in.readLine() != null) {
      try (HeldSet both =
          Locks.all(Locks.of(Path.of(args[0])), Locks.of(Path.of(args[1]))).acquire()) {
        System.out.println(both.all().size() == 2 ? "both" : "not both");
      }
    }
  }
}
