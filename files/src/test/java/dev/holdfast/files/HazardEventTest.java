package dev.holdfast.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HazardEventTest {
  @TempDir private Path directory;

  private List<RecordedEvent> events(Recording recording) throws Exception {
    Path file = directory.resolve("r.jfr");
    recording.stop();
    recording.dump(file);
    return RecordingFile.readAllEvents(file);
  }

  @Test
  void whatIsRefusedForAHazardIsRecorded() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/etc/passwd"));
    Path plain = Files.writeString(directory.resolve("plain"), "x");
    try (Recording recording = new Recording()) {
      recording.enable("dev.holdfast.FileHazard");
      recording.start();
      FileHazardException refused =
          assertThrows(
              FileHazardException.class, () -> OpenFile.open(link, Opening.read()).close());
      OpenFile.open(plain, Opening.read()).close();
      List<RecordedEvent> events = events(recording);
      assertEquals(1, events.size(), events::toString);
      RecordedEvent event = events.getFirst();
      assertEquals(refused.row().toString(), event.getString("hazard"));
      assertEquals(refused.getFile(), event.getString("path"));
      assertEquals(refused.getClass().getSimpleName(), event.getString("why"));
    }
  }
}
