package dev.holdfast.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names are bytes: {@code Path.toString} of one that is not UTF-8 is the name of another file. */
final class NamesThatAreNoTextTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;

  /** As a directory stream would answer it. */
  private Path named(String escaped) {
    String base = directory.toUri().toString();
    return Path.of(URI.create(base + (base.endsWith("/") ? "" : "/") + escaped));
  }

  private static List<String> in(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(path -> path.toUri().getRawPath()).sorted().toList();
    }
  }

  @Test
  void whatStandsBesideALockHasItsBytes() throws Exception {
    for (Kind kind :
        List.of(
            Kinds.OFD,
            Kinds.POSIX,
            Kinds.FLOCK,
            Kinds.FILE,
            Kinds.NFS,
            Kinds.PID_FILE,
            Kinds.MAIL)) {
      Path file = named(kind.word() + "%ff");
      HostLock lock = kind.at(file);
      try (Held held = lock.acquire(LONG)) {
        assertTrue(held.token() > 0);
        held.ensureValid();
        assertTrue(kind.at(file).tryAcquire().isEmpty());
        // The control: the replacement character is another name.
        try (Held other = kind.at(directory.resolve(kind.word() + '\uFFFD')).acquire(LONG)) {
          assertTrue(other.isOpen());
        }
        assertTrue(lock.name().contains(kind.word() + "\\xff"), lock::name);
        if (kind.equals(Kinds.MAIL)) {
          assertTrue(Files.exists(named("mail%ff.lock")), "where mail programs look for it");
        }
      }
      if (lock.capabilities().contains(Capability.FAIR)) {
        lock.fair().acquire(LONG).close();
        assertTrue(Files.exists(named("." + kind.word() + "%ff.queue")));
      }
      for (String left : in(directory)) {
        assertFalse(left.contains(".") && left.contains("%EF%BF%BD."), left);
      }
    }
  }

  @Test
  void keysMayBeInSuchADirectory() throws Exception {
    Path odd = Files.createDirectory(named("keys%fe"));
    try (Held held = Locks.in(odd).of("a").acquire(LONG)) {
      assertEquals(1, held.token());
      assertTrue(Locks.in(odd).of("a").tryAcquire().isEmpty());
    }
    assertEquals(1, in(directory).size());
  }
}
