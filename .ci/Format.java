import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks, or puts right, the layout of every Java source of this project, in one process.
 *
 * <p>Started by the parent pom ({@code mvn verify}, {@code .ci/format}) with google-java-format on
 * the class path.
 */
final class Format {
  private record Result(Path file, boolean formatted, String problem) {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2 || !(args[0].equals("check") || args[0].equals("apply"))) {
      System.err.println("usage: Format check|apply DIRECTORY");
      System.exit(2);
    }
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    List<Path> files = sources(root);
    if (files.isEmpty()) {
      System.err.println("format: " + root + ": no Java sources here, so nothing was checked");
      System.exit(2);
    }
    List<Result> wrong =
        files.parallelStream()
            .map(file -> format(file, apply))
            .filter(result -> !result.formatted())
            .toList();
    boolean broken = false;
    for (Result result : wrong) {
      broken |= !result.problem().isEmpty();
      String what =
          !result.problem().isEmpty() ? result.problem() : apply ? "formatted" : "not formatted";
      System.err.println("format: " + root.relativize(result.file()) + ": " + what);
    }
    if (broken || (!apply && !wrong.isEmpty())) {
      System.err.println("format: run .ci/format");
      System.exit(1);
    }
  }

  /**
   * The sources of every module; what lies elsewhere, such as bad examples in test resources, keeps
   * its form.
   */
  private static List<Path> sources(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.filter(Files::isDirectory).sorted().toList()) {
        for (String set : List.of("src/main/java", "src/test/java", "src/build")) {
          collect(module.resolve(set), found);
        }
      }
    }
    collect(root.resolve(".ci"), found);
    return found;
  }

  private static void collect(Path directory, List<Path> found) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && file.toString().endsWith(".java")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static Result format(Path file, boolean apply) {
    try {
      String source = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(source);
      if (formatted.equals(source)) {
        return new Result(file, true, "");
      }
      if (apply) {
        Files.writeString(file, formatted);
      }
      return new Result(file, false, "");
    } catch (FormatterException e) {
      return new Result(file, false, e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
