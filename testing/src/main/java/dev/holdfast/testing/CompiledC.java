package dev.holdfast.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Victims in C, compiled for one test. A test that asks for one is skipped without a compiler. */
public final class CompiledC {
  private CompiledC() {}

  /**
   * Compiles a source from the test resources.
   *
   * @param owner a class of the module whose resource it is
   * @return the program, which has the source's name without {@code .c}
   */
  public static Path resource(Class<?> owner, Path directory, String resource, String... options)
      throws IOException, InterruptedException {
    Path source = directory.resolve(resource);
    try (InputStream in = owner.getResourceAsStream("/" + resource)) {
      Files.write(source, Objects.requireNonNull(in, resource).readAllBytes());
    }
    return compile(source, options);
  }

  /** Compiles a source given as text. */
  public static Path text(Path directory, String name, String text, String... options)
      throws IOException, InterruptedException {
    Path source = directory.resolve(name + ".c");
    Files.writeString(source, text);
    return compile(source, options);
  }

  private static Path compile(Path source, String... options)
      throws IOException, InterruptedException {
    Requirements.compiler();
    String name = source.toString();
    Path program = Path.of(name.substring(0, name.length() - ".c".length()));
    List<String> command =
        new ArrayList<>(
            List.of(Objects.requireNonNull(Requirements.compilerName()), "-O1", "-pthread"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", program.toString(), name));
    Commands.run(command);
    return program;
  }
}
