package dev.holdfast.lab.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateDirectoryTest {
  @TempDir Path temp;

  /** Waits in the middle of its work. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      PrivateDirectory directory = new PrivateDirectory(Path.of(args[0]));
      Files.createDirectories(directory.path().resolve("a/b"));
      Files.writeString(directory.path().resolve("a/file"), "x");
      Files.createSymbolicLink(directory.path().resolve("link"), Path.of(args[0], "kept"));
      System.out.println(directory.path());
      System.in.read();
    }
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> all = Files.list(temp)) {
      return all.toList();
    }
  }

  @Test
  void goesWithItsContentsAlsoAtASignal() throws Exception {
    Path kept = Files.writeString(temp.resolve("kept"), "kept");
    Process child = ChildJvm.builder(Child.class, temp.toString()).start();
    Path made = Path.of(Objects.requireNonNull(child.inputReader().readLine()));
    assertTrue(Files.exists(made.resolve("a/file")));
    child.destroy();
    child.waitFor();
    Commands.end(child);
    assertEquals(List.of(kept), left());

    PrivateDirectory directory = new PrivateDirectory(temp);
    Files.createSymbolicLink(directory.path().resolve("link"), kept);
    assertTrue(Files.isDirectory(directory.path()));
    directory.close();
    assertFalse(Files.exists(directory.path()));
    assertEquals(List.of(kept), left());
  }
}
