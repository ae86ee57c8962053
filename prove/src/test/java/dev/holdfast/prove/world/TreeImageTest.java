package dev.holdfast.prove.world;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeImageTest {
  private static final String ATTRIBUTES = "unix:mode,uid,gid,nlink,lastModifiedTime";

  /** More than is kept in memory. */
  private static final int LARGE = 17 << 20;

  @TempDir Path place;

  private Path from() throws IOException {
    Path from = Files.createDirectory(place.resolve("from"));
    Files.writeString(from.resolve("small"), "some text");
    Files.createFile(from.resolve("empty"));
    byte[] bytes = new byte[LARGE];
    new Random(1).nextBytes(bytes);
    Files.write(from.resolve("large"), bytes);
    Path below = Files.createDirectories(from.resolve("a/b"));
    Files.createLink(below.resolve("second"), from.resolve("small"));
    Files.createSymbolicLink(below.resolve("link"), Path.of("../nowhere"));
    Files.setPosixFilePermissions(
        from.resolve("small"), PosixFilePermissions.fromString("r-x-w---x"));
    Files.setPosixFilePermissions(below, PosixFilePermissions.fromString("r-xr-x---"));
    for (Path each : List.of(from.resolve("large"), below, from)) {
      Files.setLastModifiedTime(each, FileTime.fromMillis(1_000_000_000_123L));
    }
    return from;
  }

  @Test
  void theSameInEachWorld() throws IOException {
    Path from = from();
    TreeImage image = TreeImage.of(from.toString());
    for (String name : List.of("one", "other")) {
      Path to = Files.createDirectory(place.resolve(name));
      image.writeTo(to.toString());
      try (Stream<Path> all = Files.walk(from)) {
        for (Path each : all.toList()) {
          assertSame(each, to.resolve(from.relativize(each)));
        }
      }
      assertEquals(
          Files.getAttribute(to.resolve("small"), "unix:ino"),
          Files.getAttribute(to.resolve("a/b/second"), "unix:ino"));
      assertNotEquals(
          Files.getAttribute(from.resolve("small"), "unix:ino"),
          Files.getAttribute(to.resolve("small"), "unix:ino"));
    }
  }

  private static void assertSame(Path one, Path other) throws IOException {
    Map<String, Object> wanted = Files.readAttributes(one, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    Map<String, Object> got = Files.readAttributes(other, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    if (Files.isSymbolicLink(one)) {
      assertEquals(Files.readSymbolicLink(one), Files.readSymbolicLink(other));
      return;
    }
    if (Files.isRegularFile(one)) {
      assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(other), one.toString());
    }
    assertEquals(wanted, got, one.toString());
  }
}
