package dev.holdfast.prove;

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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a proof could leave behind: processes, mounts, descriptors, files in the places for them.
 * Processes are known by a mark in their environment, which children inherit, so that other work on
 * this machine does not matter; files by the names that worlds use, and by the mark.
 */
public final class Leftovers {
  public static final String MARK = "HOLDFAST_TEST_MARK";

  private static final int SECONDS_TO_DIE = 20;
  private static final List<Path> PLACES =
      List.of(Path.of("/"), Path.of("/tmp"), Path.of("/dev"), Path.of("/dev/shm"));

  private final String mark = UUID.randomUUID().toString();
  private final List<String> mounts = mounts();
  private final Set<String> files = files();
  private final Set<String> descriptors = descriptors();

  public Leftovers() throws IOException {}

  /** The mark's value, for the environment of what is to be watched. */
  public String mark() {
    return mark;
  }

  /** Fails if anything is there that was not there before. */
  public void assertNone() throws IOException, InterruptedException {
    awaitDeath();
    assertEquals(List.of(), marked(), "processes left");
    assertEquals(mounts, mounts(), "mounts left");
    Set<String> left = files();
    left.removeAll(files);
    assertEquals(Set.of(), left, "files left");
    Set<String> open = descriptors();
    open.removeAll(descriptors);
    assertEquals(Set.of(), open, "descriptors left");
  }

  /** Who is being killed at this moment is not left behind; who does not die is. */
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
    } catch (IOException e) {
      // It ended meanwhile.
      return "";
    }
  }

  private static List<String> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1);
  }

  private Set<String> files() throws IOException {
    Set<String> found = new TreeSet<>();
    for (Path place : PLACES) {
      if (Files.isDirectory(place)) {
        try (Stream<Path> entries = Files.list(place)) {
          found.addAll(
              entries
                  .map(Path::toString)
                  .filter(name -> name.contains("/.holdfast") || name.contains(mark))
                  .toList());
        }
      }
    }
    return found;
  }

  /** Where this process's descriptors lead, but for what the Java machine opens when it likes. */
  private static Set<String> descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(Leftovers::target)
          .filter(
              target ->
                  target.startsWith("/proc")
                      || target.startsWith("mnt:")
                      || target.contains("pidfd")
                      || target.contains("arena"))
          .filter(target -> !target.matches("/proc/[0-9]+/fd"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
