package app;

import dev.holdfast.junit.Proves;
import dev.holdfast.prove.report.Conclusion;
import java.io.IOException;
import java.nio.file.Path;

class SettingsTest {
  private static final Path FILE = Path.of("/shared/settings");

  @Proves(fresh = "/shared", setup = "chmod 1777 /shared")
  void createHolds() throws IOException {
    Settings.create(FILE);
  }

  /** The negative control. Without expect this test fails, and its report says why. */
  @Proves(fresh = "/shared", setup = "chmod 1777 /shared", expect = Conclusion.Kind.BROKEN)
  void saveDoesNot() throws IOException {
    Settings.save(FILE);
  }
}
