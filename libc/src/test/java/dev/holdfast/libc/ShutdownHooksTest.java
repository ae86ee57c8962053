package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShutdownHooksTest {
  /** A process of its own, since it ends. */
  static final class Child {
    public static void main(String[] args) {
      Thread hook = new Thread(() -> System.out.print("hook"));
      if (!args[0].equals("none")) {
        ShutdownHooks.add(hook);
      }
      if (args[0].equals("removed")) {
        ShutdownHooks.remove(hook);
      }
      ShutdownHooks.exit(7);
    }
  }

  @ParameterizedTest
  @CsvSource({"none, ''", "added, hook", "removed, ''"})
  void exitRunsWhatWasAdded(String what, String printed) throws IOException, InterruptedException {
    Process child =
        ChildJvm.builder(Child.class, what).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var out = child.getInputStream()) {
      assertEquals(printed, new String(out.readAllBytes(), StandardCharsets.UTF_8));
    }
    assertEquals(7, child.waitFor());
  }
}
