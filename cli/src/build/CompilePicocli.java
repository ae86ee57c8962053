import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Makes picocli's jar again from its sources, for the JDK at hand: see docs/decisions/0003.
 *
 * <p>Started by cli/pom.xml. Does nothing where the jar exists: its name holds the version.
 */
final class CompilePicocli {
  private static final String MODULE =
      """
      module info.picocli {
        exports picocli;
      }
      """;

  public static void main(String[] args) throws IOException {
    if (args.length != 3) {
      System.err.println("usage: CompilePicocli SOURCES CLASSES JAR");
      System.exit(2);
    }
    Path sources = Path.of(args[0]);
    Path classes = Path.of(args[1]);
    Path jar = Path.of(args[2]);
    if (Files.exists(jar)) {
      return;
    }
    Files.writeString(sources.resolve("module-info.java"), MODULE);
    // Linking an indy string concatenation at start-up costs more than it saves.
    List<String> javac =
        new ArrayList<>(
            List.of("-nowarn", "-Xlint:none", "-proc:none", "-XDstringConcat=inline", "-d"));
    javac.add(classes.toString());
    try (Stream<Path> files = Files.walk(sources)) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).sorted().forEach(javac::add);
    }
    run("javac", javac);
    Files.createDirectories(jar.getParent());
    Path unfinished = jar.resolveSibling(jar.getFileName() + ".new");
    run("jar", List.of("--create", "--file", unfinished.toString(), "-C", classes.toString(), "."));
    Files.move(unfinished, jar, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void run(String tool, List<String> arguments) {
    int status =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(System.out, System.err, arguments.toArray(String[]::new));
    if (status != 0) {
      System.err.println("CompilePicocli: " + tool + " failed");
      System.exit(1);
    }
  }
}
