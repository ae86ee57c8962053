package dev.holdfast.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports may be written into directories where others make names. */
class OutputFileTest {
  private final Path directory;

  OutputFileTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aLinkThatWasPutThereMeanwhileIsNotFollowed() throws Exception {
    Path precious = Files.writeString(directory.resolve("precious"), "mine");
    Path report = directory.resolve("report");
    OutputFile output = new OutputFile("--html", report);
    Files.createSymbolicLink(report, precious);
    assertThrows(CommandFailure.class, () -> output.write(to -> to.write("report")));
    assertEquals("mine", Files.readString(precious));
  }

  /** The content itself is when somebody can be quick. */
  @Test
  void aLinkThatAppearsWhileItIsWrittenIsReplaced() throws Exception {
    Path precious = Files.writeString(directory.resolve("precious"), "mine");
    Path report = directory.resolve("report");
    new OutputFile("--html", report)
        .write(
            to -> {
              Files.createSymbolicLink(report, precious);
              to.write("report");
            });
    assertEquals("mine", Files.readString(precious));
    assertTrue(Files.isRegularFile(report, LinkOption.NOFOLLOW_LINKS));
    assertEquals("report", Files.readString(report));
  }

  @Test
  void aFailureLeavesWhatWasThere() throws Exception {
    Path report = Files.writeString(directory.resolve("report"), "old");
    Files.setPosixFilePermissions(report, PosixFilePermissions.fromString("rw-r-----"));
    OutputFile output = new OutputFile("--sarif", report);
    assertThrows(
        CommandFailure.class,
        () ->
            output.write(
                to -> {
                  to.write("half");
                  throw new IOException("no more");
                }));
    assertEquals("old", Files.readString(report));
    output.write(to -> to.write("new"));
    assertEquals("new", Files.readString(report));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(report)));
    try (var names = Files.list(directory)) {
      assertEquals(1, names.count());
    }
  }

  @Test
  void aNewOneIsAsTheUmaskSays() throws Exception {
    Path report = directory.resolve("report");
    new OutputFile("--html", report).write(to -> to.write("x"));
    Path usual = Files.createFile(directory.resolve("usual"));
    assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(report));
  }

  /** Everybody may make names in /dev/shm, and what is below /proc/self leads anywhere. */
  @Test
  void notEverythingBelowDevAndProcIsOurs() throws Exception {
    Path precious = Files.writeString(directory.resolve("precious"), "mine");
    List<Path> places = new ArrayList<>(List.of(Path.of("/proc/self/root" + directory)));
    if (Files.isWritable(Path.of("/dev/shm"))) {
      places.add(Files.createTempDirectory(Path.of("/dev/shm"), "holdfast-test"));
    }
    for (Path place : places) {
      // Told at once, and not followed either where it comes later.
      Path link = place.resolve("link");
      OutputFile output = new OutputFile("--html", link);
      Files.createSymbolicLink(link, precious);
      assertThrows(CommandFailure.class, () -> output.write(to -> to.write("report")));
      assertThrows(CommandFailure.class, () -> new OutputFile("--html", link));
      assertEquals("mine", Files.readString(precious));
      Path fresh = place.resolve("fresh");
      new OutputFile("--html", fresh).write(to -> to.write("report"));
      assertEquals("report", Files.readString(fresh));
      Files.delete(link);
      Files.delete(fresh);
      if (place.startsWith("/dev/shm")) {
        Files.delete(place);
      }
    }
  }

  @Test
  void devicesAreWrittenToAndStay() throws Exception {
    Object before = Files.getAttribute(Path.of("/dev/null"), "unix:ino");
    new OutputFile("--html", Path.of("/dev/null")).write(to -> to.write("x"));
    assertEquals(before, Files.getAttribute(Path.of("/dev/null"), "unix:ino"));
    assertFalse(Files.isRegularFile(Path.of("/dev/null")));
  }
}
