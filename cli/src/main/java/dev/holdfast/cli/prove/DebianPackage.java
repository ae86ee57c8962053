package dev.holdfast.cli.prove;

import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.prove.report.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Debian package that is a file, as dpkg-deb(1) reads it.
 *
 * @param file absolute
 * @param shown as it was typed
 * @param scripts its maintainer scripts, under the names by which dpkg runs them
 */
record DebianPackage(Path file, String shown, String name, String version, List<Script> scripts) {
  private static final List<String> SCRIPTS =
      List.of("preinst", "postinst", "prerm", "postrm", "config");

  /**
   * @param option for messages
   * @throws CommandFailure if it cannot be read or is no package
   */
  static DebianPackage read(String option, Path typed) {
    Path file = typed.toAbsolutePath();
    if (!Files.exists(file)) {
      throw CommandFailure.usage(
          option + " " + typed, "no such file or directory (ENOENT); name a .deb");
    }
    if (!Files.isRegularFile(file)) {
      throw CommandFailure.usage(option + " " + typed, "is not a regular file; name a .deb");
    }
    if (Files.isReadable(file)) {
      Answer fields = ask("--show", "--showformat=${Package}\\n${Version}\\n", file.toString());
      List<String> lines = fields.text.lines().toList();
      if (fields.exit == 0 && lines.size() == 2) {
        return new DebianPackage(
            file, typed.toString(), lines.get(0), lines.get(1), scripts(file, typed, lines.get(0)));
      }
      throw CommandFailure.usage(
          option + " " + typed, "is not a Debian package: " + fields.text.strip());
    }
    throw CommandFailure.undecided(option + " " + typed, "permission denied (EACCES)");
  }

  private static List<Script> scripts(Path file, Path typed, String name) {
    List<Script> all = new ArrayList<>();
    for (String each : SCRIPTS) {
      Answer script = ask("--info", file.toString(), each);
      if (script.exit == 0) {
        all.add(
            new Script(
                List.of("/var/lib/dpkg/info/" + name + "." + each, "/var/lib/dpkg/tmp.ci/" + each),
                typed + "/" + each,
                script.text.lines().toList()));
      }
    }
    return all;
  }

  private record Answer(int exit, String text) {}

  private static Answer ask(String... words) {
    List<String> command = new ArrayList<>(List.of("dpkg-deb"));
    command.addAll(List.of(words));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Answer(process.waitFor(), text);
    } catch (IOException e) {
      throw CommandFailure.undecided(
          "--package",
          "dpkg-deb cannot be run ("
              + e.getMessage()
              + "): packages are proved in worlds made of this host's files, so this host, or the"
              + " container it is done in, must have dpkg");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.undecided("--package", "interrupted");
    }
  }
}
