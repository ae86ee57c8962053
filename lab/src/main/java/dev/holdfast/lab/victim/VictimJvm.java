package dev.holdfast.lab.victim;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Starts main classes of one package again and again, fast: their classes in one jar, and the JVM's
 * AOT cache of a first run. In a private directory, gone when this is closed.
 *
 * <p>Threads: safe for all once made.
 */
public final class VictimJvm implements AutoCloseable {
  private final Path directory;
  private final List<String> options;
  private final String main;

  /**
   * @param main the victim
   * @param libraries a class of each module that it uses
   * @param training arguments of the first run, which should use what later runs use
   * @throws IOException also if the JVM makes no cache
   */
  public VictimJvm(Class<?> main, List<Class<?>> libraries, List<String> training)
      throws IOException, InterruptedException {
    this.main = main.getName();
    this.directory = Files.createTempDirectory("holdfast-proof");
    Path jar = directory.resolve("victim.jar");
    pack(jar, main, libraries);
    Path cache = directory.resolve("victim.aot");
    this.options =
        List.of(
            // To compile costs a program more than it saves that does each thing once.
            "-Xint",
            "-XX:+UseSerialGC",
            // Its file in /tmp has a name that can be foretold.
            "-XX:-UsePerfData",
            "-Xlog:disable",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            jar.toString());
    run("-XX:AOTCacheOutput=" + cache, training);
    if (!Files.exists(cache)) {
      throw new IOException("the JVM made no AOT cache " + cache);
    }
  }

  private static void pack(Path jar, Class<?> main, List<Class<?>> libraries) throws IOException {
    List<Class<?>> all = new ArrayList<>(libraries);
    all.addFirst(main);
    Set<String> packed = new TreeSet<>();
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream target = new JarOutputStream(out)) {
      for (Class<?> one : all) {
        Path from =
            Path.of(URI.create(one.getProtectionDomain().getCodeSource().getLocation().toString()));
        String top = one.getPackageName().replace('.', '/');
        if (Files.isDirectory(from)) {
          pack(from, top, target, packed);
        } else {
          // In a build of all modules those below are jars already.
          try (FileSystem module = FileSystems.newFileSystem(from)) {
            pack(module.getPath("/"), top, target, packed);
          }
        }
      }
    }
  }

  private static void pack(Path root, String top, JarOutputStream target, Set<String> packed)
      throws IOException {
    packAll(root, root.resolve(top), ".class", target, packed);
    Path services = root.resolve("META-INF/services");
    if (Files.isDirectory(services)) {
      packAll(root, services, "", target, packed);
    }
  }

  private static void packAll(
      Path root, Path directory, String ending, JarOutputStream target, Set<String> packed)
      throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (name.endsWith(ending) && packed.add(name)) {
          target.putNextEntry(new JarEntry(name));
          Files.copy(file, target);
          target.closeEntry();
        }
      }
    }
  }

  private void run(String option, List<String> args) throws IOException, InterruptedException {
    List<String> command = command(args);
    command.add(1, option);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.waitFor();
  }

  /** A command that runs the victim with these arguments. */
  public List<String> command(List<String> args) {
    return command(main, args);
  }

  /** A command that runs another main class of the same package. */
  public List<String> command(String main, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Path cache = directory.resolve("victim.aot");
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
    }
    command.addAll(options);
    command.add(main);
    command.addAll(args);
    return command;
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
