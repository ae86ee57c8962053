package dev.holdfast.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * What a proof could leave behind: processes, mounts, descriptors, files in the places for them.
 *
 * <p>It judges only what is ours, since others may work on this machine meanwhile: processes are
 * known by a mark in their environment, which children inherit; mounts and files by the names that
 * worlds use, and by the mark.
 */
public final class Leftovers {
  public static final String MARK = "HOLDFAST_TEST_MARK";

  private static final int SECONDS_TO_DIE = 120;
  private static final List<Path> PLACES =
      List.of(Path.of("/"), Path.of("/tmp"), Path.of("/dev"), Path.of("/dev/shm"));

  private final String mark = UUID.randomUUID().toString();
  private final Set<String> mounts = mounts();
  private final Set<String> files = files();
  private final Set<String> descriptors = descriptors();

  public Leftovers() throws IOException {}

  /** The mark's value, for the environment of what is to be watched. */
  public String mark() {
    return mark;
  }

  /** Fails if anything of ours is there that was not there before. */
  public void assertNone() throws IOException, InterruptedException {
    awaitDeath();
    assertEquals(List.of(), marked(), "processes left");
    assertEquals(Set.of(), without(mounts(), mounts), "mounts left");
    assertEquals(Set.of(), without(files(), files), "files left");
    assertEquals(Set.of(), without(descriptors(), descriptors), "descriptors left");
  }

  private static Set<String> without(Set<String> now, Set<String> before) {
    now.removeAll(before);
    return now;
  }

  /** What is being killed at this moment is not left behind; what does not die is. */
  private void awaitDeath() throws IOException, InterruptedException {
    for (String line : marked()) {
      long pid = Long.parseLong(line.substring(0, line.indexOf(' ')));
      var handle = ProcessHandle.of(pid);
      if (handle.isPresent()) {
        try {
          handle.get().onExit().get(SECONDS_TO_DIE, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
          throw new AssertionError(line + " was left, and lives", e);
        }
      }
    }
  }

  private List<String> marked() throws IOException {
    String wanted = MARK + "=" + mark;
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(p -> p.getFileName().toString().chars().allMatch(Character::isDigit))
          .filter(p -> !p.getFileName().toString().equals("" + ProcessHandle.current().pid()))
          .filter(p -> read(p.resolve("environ")).contains(wanted))
          .map(p -> p.getFileName() + " " + read(p.resolve("cmdline")).replace('\0', ' '))
          .toList();
    }
  }

  private static String read(Path path) {
    try {
      return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
    } catch (IOException endedMeanwhile) {
      return "";
    }
  }

  /** Mounts that a world makes have our name as their source. */
  private Set<String> mounts() throws IOException {
    Set<String> found = new TreeSet<>();
    for (String line :
        Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
      if (line.contains("holdfast") || line.contains(mark)) {
        found.add(line);
      }
    }
    return found;
  }

  private Set<String> files() throws IOException {
    Set<String> found = new TreeSet<>();
    for (Path place : PLACES) {
      if (Files.isDirectory(place)) {
        try (Stream<Path> entries = Files.list(place)) {
          entries
              .map(Path::toString)
              .filter(name -> name.contains("/.holdfast") || name.contains(mark))
              .forEach(found::add);
        }
      }
    }
    return found;
  }

  /** Where this process's descriptors lead, but for what the JVM opens when it likes. */
  private static Set<String> descriptors() throws IOException {
    return Descriptors.targets(
        target ->
            !target.matches("/proc/[0-9]+/fd")
                && (target.startsWith("/proc")
                    || target.startsWith("mnt:")
                    || target.contains("pidfd")
                    || target.contains("arena")));
  }
}
