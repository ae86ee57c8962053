package dev.holdfast.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A program of its own that takes something, says so, and lets go when its input ends. */
public final class OtherProgram {
  private static final String HELD = "held";

  private OtherProgram() {}

  /** One that holds by now what its main method takes. */
  public static Process holding(Class<?> main, String... arguments) throws IOException {
    Process process =
        ChildJvm.builder(main, arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertEquals(HELD, said.readLine());
    return process;
  }

  /** In such a main method: says that it is held, and returns when it is to let go. */
  public static void holdUntilInputEnds() throws IOException {
    System.out.println(HELD);
    while (System.in.read() >= 0) {
      // Until whoever started it lets it go on.
    }
  }
}
