package dev.holdfast.lab.stage;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.OpenFile;
import dev.holdfast.lab.victim.Rehearse;
import dev.holdfast.lab.victim.VictimJvm;
import dev.holdfast.libc.Errno;
import dev.holdfast.locks.Locks;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where victims are made: a private directory, gone after use. Worlds see it, and the attacker
 * cannot enter it.
 *
 * <p>Threads: one at a time.
 */
public final class Workshop implements AutoCloseable {
  static final String PREFIX = "holdfast-lab";

  private static final int COMPILER_SECONDS = 300;

  private final PrivateDirectory home;
  private final Path directory;
  private final Map<String, Path> made = new HashMap<>();
  private @Nullable VictimJvm jvm;

  /** Whether it is still worth while to have the JVM learn the victims. */
  private boolean isToRehearse;

  public Workshop() throws IOException {
    this(false);
  }

  /**
   * @param many whether so many victims in Java will be started that it pays to have the JVM learn
   *     them first, which takes as long as a dozen starts
   */
  public Workshop(boolean many) throws IOException {
    isToRehearse = many;
    home = new PrivateDirectory(Path.of(System.getProperty("java.io.tmpdir")));
    directory = home.path();
  }

  /** The victim of this source, compiled. */
  public Path program(String source) throws IOException, SkipScene {
    return compile(source, "-pthread");
  }

  /** A library of this source, to be loaded before others. */
  public Path library(String source) throws IOException, SkipScene {
    return compile(source, "-shared", "-fPIC");
  }

  private Path compile(String source, String... options) throws IOException, SkipScene {
    Path known = made.get(source);
    if (known != null) {
      return known;
    }
    String compiler = compiler();
    Path file = copy(source);
    Path program = directory.resolve(source.substring(0, source.lastIndexOf('.')));
    Path log = directory.resolve("compiler.log");
    List<String> command = new ArrayList<>(List.of(compiler, "-O1"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", program.toString(), file.toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(COMPILER_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new SkipScene(compiler + " did not come to an end with " + source);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new SkipScene("interrupted");
    }
    if (process.exitValue() != 0) {
      // A compiler without the C library's headers is a common half-installation.
      throw new SkipScene(compiler + " cannot compile " + source + ": " + firstLine(log));
    }
    made.put(source, program);
    return program;
  }

  /** The victim of this source, a script. */
  public Path script(String source) throws IOException {
    Path known = made.get(source);
    if (known == null) {
      known = copy(source);
      made.put(source, known);
    }
    return known;
  }

  private Path copy(String source) throws IOException {
    Path file = directory.resolve(source);
    try (InputStream in = Workshop.class.getResourceAsStream("/dev/holdfast/lab/" + source)) {
      if (in == null) {
        throw new IOException("no source " + source + " in this build");
      }
      Files.copy(in, file);
    }
    return file;
  }

  private static String firstLine(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
      return lines.filter(l -> l.contains("error")).findFirst().orElse("no message");
    }
  }

  private static String compiler() throws SkipScene {
    for (String name : List.of("cc", "gcc", "clang")) {
      if (isOnPath(name)) {
        return name;
      }
    }
    throw new SkipScene("no C compiler here: install gcc");
  }

  /** An empty directory of its own, for each call another. */
  public Path room() throws IOException {
    return Files.createTempDirectory(directory, "room");
  }

  /** An interpreter; not a wrapper of somebody's that would be attacked in its place. */
  static Path interpreter(String name) throws SkipScene {
    for (Path directory : List.of(Path.of("/usr/bin"), Path.of("/bin"))) {
      Path program = directory.resolve(name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    throw new SkipScene("no " + name + " here: install it");
  }

  /** True if there is a program of this name. */
  static boolean isOnPath(String name) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Stream.of(path.split(":", -1))
        .anyMatch(d -> !d.isEmpty() && Files.isExecutable(Path.of(d, name)));
  }

  /** A command that runs a victim of this project with the Java that runs us. */
  List<String> java(String className) {
    String main = Rehearse.class.getPackageName() + "." + className;
    if (isToRehearse) {
      isToRehearse = false;
      rehearse();
    }
    return jvm == null ? java(classPath(), main) : jvm.command(main, List.of());
  }

  /** A JVM that has seen the victims before starts several times as fast; scenes start many. */
  private void rehearse() {
    try {
      jvm =
          new VictimJvm(
              Rehearse.class,
              List.of(Locks.class, OpenFile.class, Row.class, FileName.class, Errno.class),
              List.of(room().toString()));
    } catch (IOException e) {
      // Then it takes longer.
      jvm = null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A command that runs any main class. */
  static List<String> java(String classPath, String main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Xshare:auto");
    // Its file in /tmp has a name that can be foretold.
    command.add("-XX:-UsePerfData");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    return command;
  }

  /** On the class path the JVM starts faster than with modules of ours. */
  static String classPath() {
    return Stream.of(
            Workshop.class, Locks.class, OpenFile.class, Row.class, FileName.class, Errno.class)
        .map(c -> Path.of(java.net.URI.create(codeSource(c))).toString())
        .distinct()
        .reduce((a, b) -> a + ":" + b)
        .orElseThrow();
  }

  static String codeSource(Class<?> type) {
    var source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IllegalStateException(type + " comes from nowhere");
    }
    return source.getLocation().toString();
  }

  @Override
  public void close() throws IOException {
    if (jvm != null) {
      jvm.close();
    }
    home.close();
  }
}
