package dev.holdfast.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import dev.holdfast.path.FileName;
import dev.holdfast.testing.Commands;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module that uses the library needs nothing on its path but the library. */
class ModularConsumerTest {
  private static final String MAIN =
      """
      package m;

      import dev.holdfast.files.*;
      import dev.holdfast.files.replace.AtomicReplace;
      import dev.holdfast.files.tree.*;
      import java.nio.file.Path;

      public final class Main {
        public static void main(String[] args) throws Exception {
          try (Directory directory = Directory.open(Path.of(args[0]))) {
            AtomicReplace.of(directory, "text").writeString("written");
            Trees.copy(directory, "text", directory, "copy", TreeOptions.defaults());
            try (HeldObject held = directory.hold("copy");
                OpenFile file = held.open(Opening.read())) {
              System.out.write(file.readAll(100));
              System.out.flush();
            }
          }
        }
      }
      """;

  @TempDir Path temp;

  @Test
  void compilesAndRunsWithTheLibraryAlone() throws Exception {
    String path =
        String.join(
            File.pathSeparator,
            module(Errno.class).toString(),
            module(FileName.class).toString(),
            module(Row.class).toString(),
            module(Directory.class).toString());
    Path source = Files.createDirectories(temp.resolve("src/m"));
    String info =
        Files.writeString(
                temp.resolve("src/module-info.java"), "module m { requires dev.holdfast.files; }")
            .toString();
    String main = Files.writeString(source.resolve("Main.java"), MAIN).toString();
    String classes = temp.resolve("classes").toString();
    assertEquals(
        "",
        Commands.run(
            tool("javac"), "-Xlint:all", "-Werror", "-d", classes, "-p", path, info, main));
    assertEquals(
        "written",
        Commands.run(
            tool("java"),
            "--enable-native-access=dev.holdfast.libc",
            "--illegal-native-access=deny",
            "-p",
            path + File.pathSeparator + classes,
            "-m",
            "m/m.Main",
            temp.toString()));
    // The control: without the library the same module does not compile.
    assertNotEquals(0, Commands.tried(tool("javac"), "-d", classes, info, main).exit());
  }

  private static String tool(String name) {
    Path tool = Path.of(System.getProperty("java.home"), "bin", name);
    assumeTrue(Files.isExecutable(tool), "no " + name + " here");
    return tool.toString();
  }

  private static Path module(Class<?> type) throws Exception {
    Path path = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    assumeTrue(
        !Files.isDirectory(path) || Files.exists(path.resolve("module-info.class")),
        path + " is no module here");
    return path;
  }
}
