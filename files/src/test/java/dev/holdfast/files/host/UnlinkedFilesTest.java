package dev.holdfast.files.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Host;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.libc.process.Identity;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnlinkedFilesTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path dir;

  private static Optional<UnlinkedFile> find(Path path) throws IOException {
    return UnlinkedFiles.find().files().stream()
        .filter(file -> file.name().equals(path.toString()))
        .findFirst();
  }

  @Test
  void seesWhatNoListingShows() throws IOException {
    Path path = Files.write(dir.resolve("gone"), new byte[SIZE]);
    try (OpenFile file = OpenFile.open(path, Opening.read())) {
      assertTrue(find(path).isEmpty(), "the control: it still has a name");
      Files.delete(path);
      UnlinkedFile seen = find(path).orElseThrow();
      assertEquals(SIZE, seen.bytes());
      assertEquals(file.stat().inode(), seen.inode());
      assertEquals(Identity.geteuid(), seen.uid());
      UnlinkedFile.Holder holder = seen.holders().getFirst();
      assertEquals(ProcessHandle.current().pid(), holder.pid());
      assertEquals(1, holder.descriptors().size());
    }
    assertTrue(find(path).isEmpty());
  }

  @Test
  void seesWhatIsOnlyMapped() throws IOException {
    Host.assumeRoot("reading map_files of a process");
    Path path = Files.write(dir.resolve("mapped"), new byte[SIZE]);
    MappedByteBuffer map;
    try (FileChannel channel = FileChannel.open(path)) {
      map = channel.map(FileChannel.MapMode.READ_ONLY, 0, SIZE);
    }
    Files.delete(path);
    UnlinkedFile seen = find(path).orElseThrow();
    assertEquals(List.of(), seen.holders().getFirst().descriptors());
    assertEquals(0, map.get(0));
  }

  @Test
  void aNameThatOnlyLooksDeletedIsNone() throws IOException {
    Path path = Files.writeString(dir.resolve("still here (deleted)"), "x");
    try (OpenFile file = OpenFile.open(path, Opening.read())) {
      assertEquals(1, file.stat().linkCount());
      assertTrue(find(dir.resolve("still here")).isEmpty());
    }
  }
}
