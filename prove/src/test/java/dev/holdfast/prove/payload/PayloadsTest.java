package dev.holdfast.prove.payload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.Requirements;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is planted runs where it is read as a program, and is data where it is not. */
class PayloadsTest {
  private static final String NOTE = "note-0123";

  @TempDir Path directory;

  /**
   * A program that a reader makes of a planted file, and one that does the same with trust in it.
   */
  private static Proof prove(String setup, String... command) throws Exception {
    TestHost.assumeRoot("the attacker is another user");
    return Prover.prove(
        Case.of(List.of(command))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withSetup(setup),
        Progress.NONE);
  }

  private static boolean runs(Proof proof) {
    return proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.EXEC));
  }

  private static long exploited(Proof proof) {
    return proof.windows().stream().filter(w -> w.verdict() == Verdict.EXPLOITED).count();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "python3 | echo 'x = 1' > /arena/x.py | exec(open('/arena/x.py').read())",
        "python3 | echo 'x = 1' > /arena/mine.py | import sys; sys.path.insert(0, '/arena'); import"
            + " mine",
        "python3 | echo 'x = 1' > /arena/plain | import runpy; runpy.run_path('/arena/plain')",
        "perl | echo '1;' > /arena/x.pl | do '/arena/x.pl';",
        "perl | echo '1;' > /arena/Mine.pm | use lib '/arena'; require Mine;",
        "ruby | echo 'x = 1' > /arena/x.rb | require '/arena/x.rb'",
        "ruby | echo 'x = 1' > /arena/x | load '/arena/x'",
        "node | echo 'x = 1' > /arena/x.js | require('/arena/x.js')",
        "node | mkdir /arena/x; chown nobody /arena/x; echo 'x = 1' > /arena/x/index.js |"
            + " require('/arena/x')",
        "php | echo '<?php ?>' > /arena/x.php | include '/arena/x.php';",
        "php | echo 'echo 1;' > /arena/code | eval(file_get_contents('/arena/code'));",
        "python3 | python3 -c 'import pickle; pickle.dump(1, open(\"/arena/s\", \"wb\"))' |"
            + " import pickle; pickle.load(open('/arena/s', 'rb'))",
        "sh | echo x=1 > /arena/conf | . /arena/conf",
        "bash | echo x=1 > /arena/conf | source /arena/conf",
      })
  void aScriptRunsWhateverItIsCalled(String interpreter, String setup, String text)
      throws Exception {
    Requirements.program(interpreter);
    String option = option(interpreter);
    assertTrue(runs(prove(setup, interpreter, option, text)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "python3 | open('/arena/x.txt').read()",
        "php | echo file_get_contents('/arena/x.txt');",
        "perl | open(F, '/arena/x.txt'); my @l = <F>;",
        "ruby | File.read('/arena/x.txt')",
        "node | require('fs').readFileSync('/arena/x.txt')",
        "sh | read x < /arena/x.txt",
      })
  void dataIsOnlyRead(String interpreter, String text) throws Exception {
    Requirements.program(interpreter);
    String option = option(interpreter);
    Proof proof = prove("echo text > /arena/x.txt", interpreter, option, text);
    assertEquals(0, exploited(proof));
    assertTrue(proof.windows().stream().anyMatch(w -> w.verdict() == Verdict.REACHED));
  }

  private static String option(String interpreter) {
    return switch (interpreter) {
      case "perl", "ruby", "node" -> "-e";
      case "php" -> "-r";
      default -> "-c";
    };
  }

  @Test
  void aScriptOfAnotherLanguageIsExecuted() throws Exception {
    Requirements.program("python3");
    assertTrue(
        runs(prove("printf '#!/usr/bin/python3\\n' > /arena/t; chmod 755 /arena/t", "/arena/t")));
  }

  @Test
  void makefile() throws Exception {
    Requirements.program("make");
    assertTrue(runs(prove("echo 'all: ;' > /arena/Makefile", "make", "-s", "-C", "/arena")));
  }

  @Test
  void awkProgram() throws Exception {
    Requirements.program("awk");
    assertTrue(runs(prove("echo 'BEGIN {}' > /arena/p", "awk", "-f", "/arena/p")));
  }

  /** It is known by its name, or by what it is, as where it was unpacked under any name. */
  @ParameterizedTest
  @ValueSource(strings = {"x.so", "x.tmp"})
  void aLibraryIsInitialised(String name) throws Exception {
    Requirements.x86();
    Requirements.program("python3");
    String setup =
        "cp $(ls /lib/x86_64-linux-gnu/libm.so.6 /lib64/libm.so.6 2>/dev/null | head -n 1)"
            + " /arena/"
            + name;
    String load = "import ctypes; ctypes.CDLL('/arena/" + name + "')";
    assertTrue(runs(prove(setup, "python3", "-c", load)));
    Proof read = prove(setup, "python3", "-c", "open('/arena/" + name + "', 'rb').read()");
    assertEquals(0, exploited(read));
  }

  @Test
  void aProgramIsNoLibrary() throws Exception {
    Requirements.x86();
    assertTrue(runs(prove("cp /bin/true /arena/x", "env", "/arena/x")));
    byte[] program = Files.readAllBytes(Path.of("/bin/true"));
    assertTrue(text(contents("x", program, List.of("cat"), Path.of("/m"))).startsWith("#!/bin/sh"));
  }

  @Test
  void aPreloadedLibraryIsInitialised() throws Exception {
    Requirements.x86();
    String setup =
        "cp $(ls /lib/x86_64-linux-gnu/libm.so.6 /lib64/libm.so.6 2>/dev/null | head -n 1)"
            + " /arena/p.so";
    assertTrue(runs(prove(setup, "env", "LD_PRELOAD=/arena/p.so", "/bin/true")));
  }

  public static final class Hello {
    private Hello() {}

    public static void main(String[] args) {
      System.out.println("hello");
    }
  }

  private static byte[] hello() throws Exception {
    String resource = Hello.class.getName().replace('.', '/') + ".class";
    try (var in = Hello.class.getClassLoader().getResourceAsStream(resource)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anArchiveAndAClassAreLoaded(boolean archive) throws Exception {
    String name = Hello.class.getName();
    Path jar = directory.resolve("app.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, name);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream target = new JarOutputStream(out, manifest)) {
      target.putNextEntry(new JarEntry(name.replace('.', '/') + ".class"));
      target.write(hello());
    }
    Path classes = directory.resolve("classes").resolve(name.replace('.', '/') + ".class");
    Files.createDirectories(classes.getParent());
    Files.write(classes, hello());
    String setup =
        archive
            ? "cp " + jar + " /arena/app.jar"
            : "cp -r "
                + directory.resolve("classes")
                + " /arena/classes; find /arena/classes -type d -exec chown nobody {} +";
    List<String> command =
        new ArrayList<>(
            List.of(ChildJvm.launcher(), "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto"));
    command.addAll(
        archive ? List.of("-jar", "/arena/app.jar") : List.of("-cp", "/arena/classes", name));
    assertTrue(runs(prove(setup, command.toArray(String[]::new))));
  }

  /** Each text, run by what it is for, makes the marker and says nothing. */
  @ParameterizedTest
  @CsvSource({
    "a.py, python3",
    "a.pl, perl",
    "a.rb, ruby",
    "a.js, node",
    "a.mjs, node",
    "a.cjs, node",
    "a.sh, sh",
    "a.sh, bash",
    "a.php, php",
    "a.lua, lua",
    "a.tcl, tclsh"
  })
  void quiet(String name, String interpreter) throws Exception {
    Requirements.program(interpreter);
    Path marker = directory.resolve("marker");
    Path file = directory.resolve(name);
    Files.write(file, contents(name, new byte[0], List.of(), marker));
    assertEquals("", Commands.run(interpreter, file.toString()));
    assertTrue(Files.exists(marker));
  }

  /** A program names a file, and a shell runs it or reads it. */
  @ParameterizedTest
  @ValueSource(strings = {"python3", "perl", "ruby", "node", "cat"})
  void aShellRunsWhatOthersName(String namedBy) throws Exception {
    Path marker = directory.resolve("marker");
    Path file = directory.resolve("plain");
    Files.write(file, contents("plain", new byte[0], List.of(namedBy), marker));
    for (String how : List.of("sh \"$1\"", ". \"$1\"")) {
      Commands.run("sh", "-c", how + " 2>/dev/null || :", "sh", file.toString());
      assertTrue(Files.deleteIfExists(marker), how);
    }
  }

  @Test
  void aPathFileIsRunByTheInterpretersStart() throws Exception {
    Requirements.program("python3");
    String start = "import site; site.addsitedir('/arena')";
    assertTrue(runs(prove("echo /nowhere > /arena/x.pth", "python3", "-S", "-c", start)));
    assertFalse(
        runs(
            prove("echo /nowhere > /arena/x.pth", "python3", "-c", "open('/arena/x.pth').read()")));
  }

  private static byte[] contents(String name, byte[] original, List<String> command, Path marker) {
    return Payloads.forReader(new Reader(name, original, command), marker.toString(), NOTE);
  }

  @Test
  void theFileBeforeTheReader() {
    byte[] script = "#!/usr/bin/env -S perl -w\n1;\n".getBytes(StandardCharsets.ISO_8859_1);
    Path marker = Path.of("/m");
    List<String> python = List.of("/usr/bin/python3.11", "-c", "");
    assertTrue(
        text(contents("plain", script, List.of("cat"), marker)).startsWith("#!/usr/bin/env perl"));
    assertTrue(
        text(contents("plain", new byte[0], python, marker)).startsWith("#!/usr/bin/env python3"));
    assertTrue(
        text(contents("plain", new byte[0], List.of("cat"), marker)).startsWith("#!/bin/sh"));
    assertTrue(text(contents("libx.so.1.2", new byte[0], python, marker)).startsWith("\177ELF"));
    assertTrue(
        text(contents(
                "broken.jar", "not a jar".getBytes(StandardCharsets.ISO_8859_1), python, marker))
            .startsWith("PK"));
    Stream.of("plain", "libx.so", "a.class")
        .forEach(
            name ->
                assertTrue(text(contents(name, new byte[0], python, marker)).contains(NOTE), name));
  }

  private static String text(byte[] contents) {
    return new String(contents, StandardCharsets.ISO_8859_1);
  }

  @Test
  void aScriptMayBeNothingButANumber() {
    byte[] one = {'1', '\n'};
    String made =
        new String(
            Payloads.forReader(new Reader("c.pl", one, List.of()), "/m", "n"),
            StandardCharsets.ISO_8859_1);
    assertTrue(made.startsWith("#!/usr/bin/env perl"), made);
    byte[] number = Payloads.forReader(new Reader("c.pid", one, List.of()), "/m", "n");
    assertTrue(ProcessNumber.isIn(number));
  }
}
