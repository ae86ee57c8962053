package dev.holdfast.lab.victim.locks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * L03 as it is usually written: {@code StepBack FIRST SECOND}. Who cannot have the second lock
 * gives the first one back, waits a while, and tries again. The end of each pause is a line of its
 * input.
 */
final class StepBack {
  private StepBack() {}

  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (FileChannel first = open(args[0]);
        FileChannel second = open(args[1])) {
      do {
        FileLock one = first.lock();
        System.out.println("first");
        if (in.readLine() == null) {
          return;
        }
        FileLock other = second.tryLock();
        if (other != null) {
          System.out.println("both");
          return;
        }
        System.out.println("busy");
        if (in.readLine() == null) {
          return;
        }
        one.release();
        System.out.println("back");
      } while (in.readLine() != null);
    }
  }

  private static FileChannel open(String file) throws IOException {
    return FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}
