package dev.holdfast.locks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.libc.Errno;
import dev.holdfast.path.FileName;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A module that uses the library needs nothing on its path but the library. */
@Timeout(120)
final class ModularConsumerTest {
  private @TempDir Path directory;

  @Test
  void compilesAndRunsWithTheLibraryAlone() throws Exception {
    Path locks = module(HostLock.class);
    Path libc = module(Errno.class);
    Path names = module(FileName.class);
    Path source = Files.createDirectories(directory.resolve("src/m"));
    Path info = directory.resolve("src/module-info.java");
    Files.writeString(info, "module m { requires dev.holdfast.locks; }");
    Path main = source.resolve("Main.java");
    Files.writeString(
        main,
        """
        package m;

        import dev.holdfast.locks.*;
        import java.nio.file.Path;
        import java.time.Duration;
        import java.util.concurrent.locks.*;

        public final class Main {
          public static void main(String[] args) throws Exception {
            HostLock lock = Locks.of(Path.of(args[0]));
            try (Held held = lock.acquire(Duration.ofSeconds(30))) {
              System.out.println(held.token());
            }
            Lock java = lock.asJavaLock();
            java.lock();
            java.unlock();
          }
        }
        """);
    String path = libc + File.pathSeparator + names + File.pathSeparator + locks;
    Path classes = directory.resolve("classes");
    List<String> compile = new ArrayList<>(List.of(tool("javac"), "-Xlint:all", "-Werror", "-d"));
    compile.addAll(List.of(classes.toString(), "-p", path, info.toString(), main.toString()));
    assertEquals("", run(0, compile));
    List<String> start =
        List.of(
            tool("java"),
            "--enable-native-access=dev.holdfast.libc",
            "--illegal-native-access=deny",
            "-p",
            path + File.pathSeparator + classes,
            "-m",
            "m/m.Main",
            directory.resolve("lock").toString());
    assertEquals("1", run(0, start));

    // The control: without the library the same module does not compile.
    assertNotEquals(
        "",
        run(1, List.of(tool("javac"), "-d", classes.toString(), info.toString(), main.toString())));
  }

  private static String tool(String name) {
    Path tool = Path.of(System.getProperty("java.home"), "bin", name);
    assumeTrue(Files.isExecutable(tool), "no " + name + " here");
    return tool.toString();
  }

  private static Path module(Class<?> type) throws URISyntaxException {
    URI place = type.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path path = Path.of(place);
    assumeTrue(
        !Files.isDirectory(path) || Files.exists(path.resolve("module-info.class")),
        path + " is no module here");
    return path;
  }

  private static String run(int expected, List<String> command)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(expected, process.waitFor(), output);
    return output;
  }
}
