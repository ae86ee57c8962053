package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.lab.Lab;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.locks.Kinds;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class CompletionCommandTest {
  @TempDir private Path directory;

  /** How each shell is asked what it would offer for a line that ends with a word half typed. */
  private static String question(Completion.Shell shell, Path script, String line) {
    String quoted = "'" + script + "'";
    return switch (shell) {
      case bash ->
          "source %s; COMP_WORDS=(%s); [[ '%s' != *' ' ]] || COMP_WORDS+=('');"
                  .formatted(quoted, line.replace("=", " = "), line)
              + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _holdfast; printf '%s\\n"
              + "' \"${COMPREPLY[@]}\"";
      // Outside of its line editor zsh has none of these; they say what they were told.
      case zsh ->
          "compadd() { shift; print -l -- $@ }; _files() { print FILES }; _users() { print USERS };"
              + " _normal() { print NORMAL $words }; compset() { cur=${cur#*=} };"
              + " source %s; words=(%s); [[ '%s' != *' ' ]] || words+=(''); CURRENT=${#words};"
                  .formatted(quoted, line, line)
              + " _holdfast";
      case fish -> "source %s; complete -C '%s'".formatted(quoted, line);
    };
  }

  private List<String> offered(Completion.Shell shell, String line)
      throws IOException, InterruptedException {
    assumeTrue(isInstalled(shell.name()), shell + " is not installed");
    Path script = directory.resolve("script");
    if (!Files.exists(script)) {
      Files.writeString(script, script(shell));
    }
    Process process =
        new ProcessBuilder(shell.name(), "-c", question(shell, script, line))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    // fish puts what a word means behind it, and the option before its value.
    return said.lines()
        .map(word -> word.replaceFirst("\\t.*", "").replaceFirst("^--kind=", ""))
        .sorted()
        .toList();
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(place -> new File(place, program).canExecute());
  }

  private static String script(Completion.Shell shell) {
    StringWriter out = new StringWriter();
    PrintWriter both = new PrintWriter(out, true);
    assertEquals(ExitCode.OK, Main.run(both, both, "completion", shell.name()));
    return out.toString();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsOfferedIsWhatThereIs(Completion.Shell shell) throws Exception {
    List<String> commands = offered(shell, "holdfast ");
    assertEquals(Commands.names().stream().sorted().toList(), commands);

    List<String> kinds = offered(shell, "holdfast lock --kind ");
    assertTrue(kinds.contains("ofd"), kinds::toString);
    for (String kind : kinds) {
      assertTrue(Kinds.of(kind).isPresent(), kind);
    }
    assertEquals(
        kinds, offered(shell, "holdfast --quiet lock -n --kind="), "behind an equals sign");
    assertEquals(
        List.of("attacker", "copy", "kill", "rival"), offered(shell, "holdfast prove --intruder "));

    assertEquals(
        Lab.scenes().stream().map(Scene::id).sorted().toList(), offered(shell, "holdfast lab "));
    assertEquals(List.of("chmod", "chown", "cp", "rm"), offered(shell, "holdfast tree "));
    assertTrue(offered(shell, "holdfast tree rm -").contains("--help"));
    assertFalse(offered(shell, "holdfast tree rm -").contains("--kind"));
  }

  @Test
  void bashCompletesFilesWithSpacesAndTheProgramBehindTheDashes() throws Exception {
    Files.createFile(directory.resolve("a file"));
    assertEquals(List.of("a file"), offered(Completion.Shell.bash, "holdfast write a"));
    assertTrue(offered(Completion.Shell.bash, "holdfast lock x -- ech").contains("echo"));
    assertEquals(List.of("a file"), offered(Completion.Shell.bash, "holdfast lock x -- cat a"));
  }

  @Test
  void fishCompletesTheProgramBehindTheDashes() throws Exception {
    Files.createFile(directory.resolve("afile"));
    assertTrue(offered(Completion.Shell.fish, "holdfast lock x -- ech").contains("echo"));
    assertTrue(offered(Completion.Shell.fish, "holdfast lock x -- cat af").contains("afile"));
    assertTrue(offered(Completion.Shell.fish, "holdfast write af").contains("afile"));
  }

  @Test
  void zshHandsOverWhatIsBehindTheDashes() throws Exception {
    assertEquals(
        List.of("NORMAL cat a"), offered(Completion.Shell.zsh, "holdfast lock x -- cat a"));
    assertEquals(List.of("FILES"), offered(Completion.Shell.zsh, "holdfast write "));
    assertEquals(List.of("USERS"), offered(Completion.Shell.zsh, "holdfast prove --as "));
  }

  /** Also of those that a shell is not asked about above. */
  @Test
  void everyWordThatIsOfferedIsAccepted() {
    int words = 0;
    for (CommandLine command : Commands.commandLineFor().getSubcommands().values()) {
      for (OptionSpec option : command.getCommandSpec().options()) {
        if (option.completionCandidates() != null) {
          for (String word : option.completionCandidates()) {
            String name = command.getCommandName();
            CommandLine fresh = Commands.commandLineFor(name);
            fresh.parseArgs(name, option.longestName(), word, "--help");
            words++;
          }
        }
      }
    }
    assertTrue(words > 20, "there were " + words);
  }
}
