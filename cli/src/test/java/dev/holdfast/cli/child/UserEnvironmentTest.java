package dev.holdfast.cli.child;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
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

  private static List<String> given(String environ, Map<String, String> more) {
    String told =
        "." + Base64.getEncoder().encodeToString(environ.getBytes(StandardCharsets.ISO_8859_1));
    return UserEnvironment.strings(Map.of("HOLDFAST_ENVIRONMENT", told, "root", "ours"), more)
        .stream()
        .map(string -> new String(string, StandardCharsets.ISO_8859_1))
        .toList();
  }

  @Test
  void programsGetWhatTheShellOfTheLauncherWouldForgetOrChange() {
    assertEquals(
        List.of(
            "root=theirs", "BASH_FUNC_f%%=() { true; }", "a-b=1", "=x", "noequals", "ODD=\u00ff"),
        given(
            "root=theirs\0BASH_FUNC_f%%=() { true; }\0a-b=1\0=x\0noequals\0ODD=\u00ff\0",
            Map.of()));
    assertEquals(List.of(), given("", Map.of()));
    assertEquals(List.of("B=2", "A=new"), given("A=old\0B=2\0A=older\0", Map.of("A", "new")));
  }
}
