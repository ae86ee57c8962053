package dev.holdfast.files.temp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.files.Directory;
import dev.holdfast.files.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program that ends while its other threads go on making and removing. */
@Timeout(240)
class TempExitTest {
  private static final int THREADS = 4;

  @TempDir Path base;

  /** Ends in the midst of it. */
  static final class Child {
    private Child() {}

    private static void work(TempFiles temp, CountDownLatch begun) {
      try {
        for (; ; ) {
          try (TempDirectory directory = temp.directory("d");
              TempFile file = temp.named("f", "")) {
            for (int i = 0; i < 20; i++) {
              directory.directory().create("x" + i, 0600).close();
            }
            file.isNamed();
          }
          begun.countDown();
        }
      } catch (IOException ending) {
        // Nothing more is made.
      }
    }

    public static void main(String[] args) throws Exception {
      TempFiles temp = TempFiles.in(Directory.open(Path.of(args[0])));
      CountDownLatch begun = new CountDownLatch(THREADS * 5);
      for (int i = 0; i < THREADS; i++) {
        Thread.ofPlatform().daemon().start(() -> work(temp, begun));
      }
      begun.await();
      System.exit(0);
    }
  }

  @Test
  void nothingIsLeftOfWhatOthersWereJustMakingOrRemoving() throws Exception {
    for (int i = 0; i < Host.rounds(8); i++) {
      Host.run(Host.java(Child.class, base.toString()).command().toArray(new String[0]));
      try (Stream<Path> left = Files.list(base)) {
        assertEquals(List.of(), left.toList(), "in round " + i);
      }
    }
  }
}
