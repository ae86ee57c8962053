package dev.holdfast.files.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.Host;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What databases and search engines do with channels and stores, on a held directory. */
class HeldFileChannelTest {
  @TempDir Path temp;
  private Directory directory;
  private FileSystem fs;
  private Path file;
  private long descriptors;

  @BeforeEach
  void open() throws IOException {
    Files.writeString(temp.resolve("file"), "contents");
    directory = Directory.open(temp);
    fs = DirectoryFileSystem.of(directory);
    file = fs.getPath("/file");
    descriptors = Host.openDescriptors();
  }

  @AfterEach
  void close() throws IOException {
    assertEquals(descriptors, Host.openDescriptors());
    directory.close();
  }

  private static FileChannel channel(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static FileLock taken(@Nullable FileLock lock) {
    return Objects.requireNonNull(lock, "not taken");
  }

  @Test
  void locksExcludeEverybodyElse() throws IOException {
    Path outside = temp.resolve("file");
    try (FileChannel one = channel(file);
        FileChannel two = channel(file);
        FileChannel jdks = channel(outside)) {
      FileLock lock = one.lock();
      assertTrue(lock.isValid());
      assertEquals(Long.MAX_VALUE, lock.size());
      assertNull(two.tryLock());
      assertNull(two.tryLock(3, 1, true));
      assertNull(jdks.tryLock());
      assertThrows(OverlappingFileLockException.class, () -> one.tryLock(3, 1, false));
      // This loses a lock of the JDK's own channels (L10).
      Files.readString(outside);
      Files.readString(file);
      assertNull(jdks.tryLock());
      lock.release();
      lock.release();
      assertFalse(lock.isValid());
      taken(jdks.tryLock()).release();
      taken(two.tryLock()).release();
    }
  }

  @Test
  void locksAreOfRangesAndKinds() throws IOException {
    try (FileChannel one = channel(file);
        FileChannel two = channel(file);
        FileChannel reading = FileChannel.open(file, StandardOpenOption.READ);
        FileChannel writing = FileChannel.open(file, StandardOpenOption.WRITE)) {
      FileLock first = taken(one.tryLock(0, 4, false));
      taken(one.tryLock(4, 4, false));
      assertNull(two.tryLock(2, 1, true));
      FileLock rest = taken(two.tryLock(8, 0, true));
      assertEquals(Long.MAX_VALUE - 8, rest.size());
      assertTrue(rest.isShared());
      taken(reading.tryLock(9, 5, true));
      assertNull(writing.tryLock(9, 5, false));
      first.release();
      taken(two.tryLock(0, 4, false));
      assertNull(writing.tryLock(4, 4, false), "the other one was not released");
      assertThrows(NonWritableChannelException.class, () -> reading.tryLock(0, 1, false));
      assertThrows(NonReadableChannelException.class, () -> writing.tryLock(0, 1, true));
      assertThrows(IllegalArgumentException.class, () -> one.tryLock(-1, 1, false));
    }
  }

  @Test
  void aClosedChannelGivesItsLocksBackAndAnOpenFileKeepsTheOthers() throws IOException {
    try (OpenFile open = directory.open("file", Opening.readWrite());
        FileChannel other = channel(file)) {
      FileChannel one = open.channel();
      FileChannel two = open.channel();
      FileLock lock = taken(one.tryLock(0, 4, false));
      taken(two.tryLock(4, 4, false));
      assertThrows(OverlappingFileLockException.class, () -> two.tryLock(0, 1, false));
      one.close();
      assertFalse(lock.isValid());
      assertNull(other.tryLock(4, 4, false));
      taken(other.tryLock(0, 4, false)).release();
      two.close();
      taken(other.tryLock());
    }
  }

  /**
   * A lock that a channel got while another thread closed it could not be given back by anybody.
   */
  @Test
  void aLockThatComesWhileItsChannelIsClosedIsNotKept() throws Exception {
    try (OpenFile open = directory.open("file", Opening.readWrite());
        FileChannel other = channel(file)) {
      int rounds = Host.rounds(300);
      AtomicReference<@Nullable FileChannel> next = new AtomicReference<>();
      Thread locking =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    for (int i = 0; i < rounds; i++) {
                      FileChannel one = next.get();
                      while (one == null) {
                        Thread.onSpinWait();
                        one = next.get();
                      }
                      try {
                        one.tryLock();
                      } catch (IOException closed) {
                        // By the other one.
                      }
                      next.set(null);
                    }
                  });
      for (int i = 0; i < rounds; i++) {
        FileChannel one = open.channel();
        next.set(one);
        for (int later = i % 64; later > 0; later--) {
          Thread.onSpinWait();
        }
        one.close();
        while (next.get() != null) {
          Thread.onSpinWait();
        }
        taken(other.tryLock()).release();
      }
      locking.join();
    }
  }

  @Test
  void waitingForALockEndsWithItAndWithAnInterrupt() throws Exception {
    try (FileChannel one = channel(file);
        FileChannel two = channel(file)) {
      FileLock lock = one.lock();
      Thread releasing =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      lock.release();
                    } catch (IOException failed) {
                      throw new AssertionError(failed);
                    }
                  });
      two.lock().release();
      releasing.join();
      one.lock();
      Thread.currentThread().interrupt();
      assertThrows(FileLockInterruptionException.class, two::lock);
      assertTrue(Thread.interrupted());
      assertTrue(two.isOpen());
    }
  }

  /** How Lucene and Kafka make a rename durable. */
  @Test
  void directoriesAreSynced() throws IOException {
    Files.createDirectories(fs.getPath("/index"));
    Path segment = Files.writeString(fs.getPath("/index/pending_1"), "segment");
    Files.move(segment, fs.getPath("/index/segments_1"), StandardCopyOption.ATOMIC_MOVE);
    for (String name : new String[] {"/index", "/", "index", "/index/."}) {
      try (FileChannel channel = FileChannel.open(fs.getPath(name), StandardOpenOption.READ)) {
        channel.force(true);
        assertThrows(IOException.class, () -> channel.read(ByteBuffer.allocate(1)));
      }
    }
    assertThrows(
        IOException.class, () -> FileChannel.open(fs.getPath("index"), StandardOpenOption.WRITE));
  }

  @Test
  void mapsForAsLongAsAnArena() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped;
      try (FileChannel channel = channel(file)) {
        mapped = channel.map(MapMode.READ_WRITE, 0, 8, arena);
      }
      assertEquals('c', mapped.get(ValueLayout.JAVA_BYTE, 0));
      mapped.set(ValueLayout.JAVA_BYTE, 0, (byte) 'C');
    }
    assertEquals("Contents", Files.readString(file, UTF_8));
    try (Arena arena = Arena.ofConfined();
        FileChannel reading = FileChannel.open(file, StandardOpenOption.READ)) {
      assertEquals(8, reading.map(MapMode.READ_ONLY, 0, 8, arena).byteSize());
      assertThrows(
          NonWritableChannelException.class, () -> reading.map(MapMode.READ_WRITE, 0, 8, arena));
    }
  }

  @Test
  void numbersOfDevicesAreThoseOfStat() throws IOException {
    for (String attribute : new String[] {"unix:dev", "unix:rdev", "unix:ino"}) {
      assertEquals(
          Files.getAttribute(temp.resolve("file"), attribute),
          Files.getAttribute(file, attribute),
          attribute);
    }
  }

  @Test
  void aStoreIsThatOfItsPath() throws IOException {
    FileStore store = Files.getFileStore(file);
    FileStore control = Files.getFileStore(temp.resolve("file"));
    assertEquals(control.type(), store.type());
    assertEquals(control.name(), store.name());
    assertEquals(control.getTotalSpace(), store.getTotalSpace());
    assertEquals(control.getBlockSize(), store.getBlockSize());
    assertEquals(store, Files.getFileStore(fs.getPath("/")));
    assertEquals(store, fs.getFileStores().iterator().next());
    assertThrows(NoSuchFileException.class, () -> Files.getFileStore(fs.getPath("nothing")));
    try (Directory top = Directory.open(Path.of("/"));
        FileSystem all = DirectoryFileSystem.of(top)) {
      FileStore proc = Files.getFileStore(all.getPath("/proc/version"));
      assertEquals("proc", proc.type());
      assertNotEquals(store, proc);
    }
  }
}
