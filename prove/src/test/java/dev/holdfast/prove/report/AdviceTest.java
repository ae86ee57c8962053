package dev.holdfast.prove.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdviceTest {
  private static Window window(Hazard hazard) {
    CallRef call = new CallRef("openat", "/tmp/f", "0", 3);
    return new Window("w", hazard, call, null, "/tmp", "f", Strike.SYMLINK);
  }

  private static List<String> words(String line) {
    return Arrays.asList(line.split(" ", -1));
  }

  @ParameterizedTest
  @CsvSource({
    "/bin/sh x, SHELL",
    "./deploy.sh, SHELL",
    "python3.11 x.py, PYTHON",
    "/usr/bin/env python3 x, PYTHON",
    "perl -e 1, PERL",
    "/opt/node/bin/node x.js, NODE",
    "npm install, NODE",
    "java -jar x.jar, JAVA",
    "tar xf a.tar, OTHER",
    "bashful, OTHER",
  })
  void theCommandTellsTheLanguage(String command, Advice.Language language) {
    assertEquals(language, Advice.Language.of(words(command)));
  }

  @ParameterizedTest
  @CsvSource({
    "#!/bin/sh, SHELL",
    "#! /usr/bin/env python3, PYTHON",
    "#!/usr/bin/perl -w, PERL",
    "#!/usr/bin/env -S node --x, OTHER",
    "#!, OTHER",
    "print 1, OTHER",
  })
  void aScriptsFirstLineTellsTheLanguage(
      String line, Advice.Language language, @TempDir Path directory) throws IOException {
    Path script = Files.writeString(directory.resolve("tool"), line + "\nx\n");
    assertEquals(language, Advice.Language.of(List.of(script.toString())));
    assertEquals(Advice.Language.OTHER, Advice.Language.of(List.of(directory.toString())));
  }

  /** What a shell does not have is not recommended to one. */
  @ParameterizedTest
  @EnumSource(Hazard.class)
  void aShellCanDoWhatItIsTold(Hazard hazard) {
    String advice = Advice.of(words("sh x"), window(hazard));
    for (String call :
        List.of("fchmod", "fstat", "openat2", "O_CREAT", "fchdir", "/proc/self/fd")) {
      if (hazard != Hazard.S11 && hazard != Hazard.S12) {
        assertTrue(!advice.contains(call), advice);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Hazard.class)
  void everybodyGetsAdvice(Hazard hazard) {
    for (String program : List.of("sh", "python3", "perl", "node", "java", "cp")) {
      String advice = Advice.of(List.of(program), window(hazard));
      assertTrue(advice.matches("(?s).*\\([FK][0-9]{2}.*\\)\\."), advice);
    }
  }

  @Test
  void aSquattedDirectoryHasItsOwn() {
    CallRef made = new CallRef("mkdir", "/tmp/d", "0", 2);
    Window first = new Window("a", Hazard.S05, made, null, "/tmp", "d", Strike.DIRECTORY);
    Window then = window(Hazard.S13).after(first, "both", "both");
    assertTrue(Advice.of(words("sh x"), then).startsWith("mkdir -p, "));
    assertTrue(Advice.of(words("java X"), then).contains("mkdtemp"));
    assertEquals(Hazard.S13.advice(), Advice.of(words("cp a b"), window(Hazard.S13)));
  }

  @Test
  void aProgramIsPutWhereNobodyChangesIt() {
    CallRef call = new CallRef("execve", "/srv/u/tool", "0", 1);
    Window window = new Window("w", Hazard.S01, call, null, "/srv/u", "tool", Strike.CONTENT);
    assertTrue(Advice.of(words("sh x"), window).contains("holdfast trust"));
    assertTrue(!Advice.of(words("sh x"), window(Hazard.S01)).contains("holdfast trust"));
  }
}
