package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceNumberTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "254, 0, 65024",
    "259, 5, 66309",
    "8, 256, 1050624",
    "4096, 1, 17592186044417"
  })
  void isWhatStatSays(int major, int minor, long device) {
    assertEquals(device, DeviceNumber.of(major, minor));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "254, 0", "0, 1048577", "4095, 255", "-1, -1", "1048577, 4097"})
  void comesApartAgain(int major, int minor) {
    assertEquals(major, DeviceNumber.major(DeviceNumber.of(major, minor)));
    assertEquals(minor, DeviceNumber.minor(DeviceNumber.of(major, minor)));
  }

  @Test
  void isTheJdksOwn() throws Exception {
    Path null0 = Path.of("/dev/null");
    Statx stat =
        Statx.statx(Fcntl.AT_FDCWD, Paths.bytes("/dev/null"), 0, Statx.STATX_BASIC_STATS)
            .orThrow("statx", "/dev/null");
    assertEquals(Files.getAttribute(null0, "unix:dev"), stat.device());
    assertEquals(Files.getAttribute(null0, "unix:rdev"), stat.deviceOfNode());
  }
}
