package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {
  @Test
  void bashReadsTheScriptAndItKnowsEveryCommand(@TempDir Path directory)
      throws IOException, InterruptedException {
    StringWriter out = new StringWriter();
    assertEquals(
        ExitCode.OK,
        Main.run(new PrintWriter(out, true), new PrintWriter(out, true), "completion"));
    for (String name : Commands.names()) {
      assertTrue(out.toString().contains(name), name);
    }
    Path script = Files.writeString(directory.resolve("completion"), out.toString());
    assertEquals(0, new ProcessBuilder("bash", "-n", script.toString()).start().waitFor());
  }
}
