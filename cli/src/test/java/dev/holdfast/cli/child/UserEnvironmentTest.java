package dev.holdfast.cli.child;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class UserEnvironmentTest {
  @Test
  void programsGetTheLocaleThatTheLauncherReplaced() {
    assertEquals(
        Map.of("A", "1", "LC_ALL", "C"),
        UserEnvironment.restored(Map.of("A", "1", "LC_ALL", "C.UTF-8", "HOLDFAST_LC_ALL", "C")));
    assertEquals(
        Map.of("A", "1"),
        UserEnvironment.restored(Map.of("A", "1", "LC_ALL", "C.UTF-8", "HOLDFAST_LC_ALL", "")));
    // Not started by the launcher.
    assertEquals(Map.of("LC_ALL", "C"), UserEnvironment.restored(Map.of("LC_ALL", "C")));
  }
}
