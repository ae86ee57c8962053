package dev.holdfast.prove.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.findings.Place;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.testing.CompiledC;
import dev.holdfast.testing.Requirements;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The line of a C program that makes a call, by what its line table and its stack say. */
class CallSitesTest {
  /** Each call of a library's function stands on a line of its own, whose name is in its path. */
  private static final String SOURCE =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <sys/stat.h>
      #include <unistd.h>

      static __attribute__((noinline)) int helper(const char *path) {
        struct stat s;
        char room[2000];
        room[0] = path[0];
        int r = stat(path, &s); /* helper */
        return r + room[0];
      }

      int main(void) {
        struct stat s;
        int n = 0;
        n += helper("/srv/in/helper");
        FILE *f = fopen("/srv/in/fopen", "w");
        if (f) {
          fputs("x", f);
          fclose(f);
        }
        n += stat("/srv/in/stat", &s);
        n += chmod("/srv/in/fopen", 0640);
        n += helper("/srv/in/helper");
        n += mkdir("/srv/in/mkdir", 0755);
        return n == 123456;
      }
      """;

  private final Path directory;

  CallSitesTest(@TempDir Path directory) {
    this.directory = directory;
    Requirements.compiler();
    Requirements.x86();
  }

  private static void worlds() {
    Requirements.root("the attacker is another user than the victim");
    Requirements.nothingAgainst(Prover.whyNot());
  }

  /** The lines that the windows of a program are at, by the last names of their paths. */
  private Map<String, Integer> lines(Path program) throws Exception {
    Proof proof =
        Prover.listWindows(
            Case.of(List.of(program.toString())).withArena(Path.of("/srv/in")), Progress.NONE);
    assertTrue(proof.listed().size() > 4, () -> proof.listed().toString());
    Map<String, Integer> all = new TreeMap<>();
    proof
        .listed()
        .forEach(
            window -> {
              CallRef call = window.use();
              Place.Source code = call.doer().code();
              String name = call.call() + " " + call.path().replaceAll("/srv/in/", "");
              if (code != null) {
                assertTrue(code.file().endsWith("calls.c"), code::file);
                all.put(name, code.line());
              }
            });
    return all;
  }

  /** The number of the line with a text. */
  private static int line(String text) {
    List<String> all = SOURCE.lines().toList();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).contains(text)) {
        return i + 1;
      }
    }
    throw new AssertionError(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-g",
        "-g -O2",
        "-g -O2 -fno-plt",
        "-gdwarf-5",
        "-gdwarf-4",
        "-gdwarf-3",
        "-gdwarf-2",
        "-g -no-pie",
        "-g -gz=zlib",
        "-g -Wl,-z,now",
        "-g -fcf-protection=none"
      })
  void eachCallIsAtItsLine(String options) throws Exception {
    worlds();
    Path program = CompiledC.text(directory, "calls", SOURCE, options.split(" ", -1));
    Map<String, Integer> lines = lines(program);
    Map<String, Integer> known = new TreeMap<>();
    lines.forEach(
        (call, at) -> {
          if (call.startsWith("openat fopen")) {
            known.put("fopen", at);
          } else if (call.startsWith("mkdir")) {
            known.put("mkdir", at);
          } else if (call.matches("(fchmodat2?|chmod) fopen")) {
            known.put("chmod", at);
          } else if (call.endsWith("stat stat") || call.endsWith("statat stat")) {
            known.put("stat", at);
          } else if (call.endsWith(" helper")) {
            known.put("helper", at);
          }
        });
    assertEquals(
        Map.of(
            "fopen", line("fopen(\"/srv"),
            "mkdir", line("mkdir(\"/srv"),
            "chmod", line("chmod(\"/srv"),
            "stat", line("stat(\"/srv"),
            "helper", line("/* helper */")),
        known,
        lines::toString);
  }

  /** The controls: a program that says nothing of its source is at no line. */
  @ParameterizedTest
  @ValueSource(strings = {"-g0", "-g -s"})
  void withoutALineTableThereIsNoLine(String options) throws Exception {
    worlds();
    Path program = CompiledC.text(directory, "calls", SOURCE, options.split(" ", -1));
    assertEquals(Map.of(), lines(program));
  }

  /** What is in a file may be anybody's: it can be wrong, and breaks nothing. */
  @Test
  void aBrokenFileIsAsIfItWereNotThere() throws Exception {
    Path program = CompiledC.text(directory, "calls", SOURCE, "-g");
    byte[] good = Files.readAllBytes(program);
    ElfProgram whole = ElfProgram.of(good);
    assertNotNull(whole);
    assertTrue(whole.section(".debug_line").hasRemaining());
    List<String> odd = new ArrayList<>();
    for (int i = 0; i < good.length; i += 97) {
      byte[] bad = good.clone();
      bad[i] = (byte) ~bad[i];
      read(bad, odd);
      read(Arrays.copyOf(good, i), odd);
    }
    assertEquals(List.of(), odd);
    assertNull(ElfProgram.of("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII)));
  }

  private static void read(byte[] file, List<String> odd) {
    try {
      ElfProgram program = ElfProgram.of(file);
      if (program != null) {
        LineTable.of(program).at(0x1200);
        program.calledBefore(0x1200);
        program.addressOf(0x1200);
      }
    } catch (RuntimeException e) {
      odd.add(e.toString());
    }
  }
}
