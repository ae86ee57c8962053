package dev.holdfast.lab;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

/**
 * Java programs that start several times as fast as usual, from an AOT cache that a training run
 * made: for victims that are run hundreds of times.
 */
final class TrainedJava {
  private static final int TRAINING_SECONDS = 120;

  private final Path directory;
  private final String classPath;

  /**
   * @param directory private, and kept as long as the programs are used
   * @param from a class of each place that the programs are loaded from
   */
  TrainedJava(Path directory, Class<?>... from) throws IOException {
    this.directory = directory;
    Set<Path> places = new LinkedHashSet<>();
    for (Class<?> type : from) {
      places.add(
          Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())));
    }
    List<String> path = new ArrayList<>();
    for (Path place : places) {
      // A cache is refused for class files in directories.
      path.add((Files.isDirectory(place) ? jar(place, path.size()) : place).toString());
    }
    this.classPath = String.join(":", path);
  }

  private Path jar(Path classes, int number) throws IOException {
    Path jar = directory.resolve("classes-" + number + ".jar");
    int status =
        ToolProvider.findFirst("jar")
            .orElseThrow(() -> new IOException("no jar tool in this Java"))
            .run(
                System.out,
                System.err,
                "--create",
                "--no-compress",
                "--file=" + jar,
                "-C",
                classes.toString(),
                "dev");
    if (status != 0) {
      throw new IOException("jar of " + classes + " ended with " + status);
    }
    return jar;
  }

  private List<String> java(String cache, Class<?> main) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-Xmx64m",
        cache,
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        classPath,
        main.getName());
  }

  private Path cache(Class<?> main) {
    return directory.resolve(main.getSimpleName() + ".aot");
  }

  /** Runs a program once with arguments that make it load what it will need. */
  void train(Class<?> main, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(java("-XX:AOTCacheOutput=" + cache(main), main));
    command.addAll(List.of(arguments));
    Path log = directory.resolve("training.log");
    Process training =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!training.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS) || training.exitValue() != 0) {
      training.destroyForcibly();
      throw new IOException("the training run failed: " + Files.readString(log));
    }
  }

  /** The command that runs the program. */
  List<String> command(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(java("-XX:AOTCache=" + cache(main), main));
    command.addAll(List.of(arguments));
    return command;
  }
}
