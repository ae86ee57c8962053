package dev.holdfast.files.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Host;
import dev.holdfast.files.host.HostSetting.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostSettingsTest {
  private static Map<String, HostSetting> byName() throws IOException {
    Map<String, HostSetting> settings = new HashMap<>();
    for (HostSetting setting : HostSettings.read()) {
      assertEquals(null, settings.put(setting.name(), setting), setting.name());
      assertFalse(setting.meaning().isEmpty());
      assertTrue(setting.row().name().matches("[SF][0-9]{2}"), setting.toString());
    }
    return settings;
  }

  @ParameterizedTest
  @ValueSource(strings = {"symlinks", "hardlinks", "fifos", "regular"})
  void saysWhatTheKernelEnforces(String rule) throws IOException {
    HostSetting setting = byName().get("fs.protected_" + rule);
    Path file = Path.of("/proc/sys/fs/protected_" + rule);
    if (!Files.isReadable(file)) {
      assertEquals(Verdict.UNKNOWN, setting.verdict());
      return;
    }
    String value = Files.readString(file).strip();
    assertEquals(value, setting.value());
    assertEquals(value.equals("0") ? Verdict.WEAK : Verdict.GOOD, setting.verdict());
    assertEquals(value.equals("0"), setting.advice().contains("sysctl -w"));
  }

  @Test
  void looksAtSharedDirectoriesAndLeavesNothing() throws IOException {
    long before = Host.openDescriptors();
    Map<String, HostSetting> settings = byName();
    assertTrue(settings.containsKey("/tmp"));
    HostSetting shared = Objects.requireNonNull(settings.get("/tmp"));
    boolean good = shared.verdict() == Verdict.GOOD;
    assertEquals(!good, shared.meaning().contains("replaced at will"), shared::toString);
    assertEquals(good, shared.advice().isEmpty(), shared::toString);
    assertTrue(settings.containsKey("/tmp anonymous files"));
    assertEquals(before, Host.openDescriptors());
  }
}
