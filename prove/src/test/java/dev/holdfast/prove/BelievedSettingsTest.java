package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of the attacker's becomes the environment of what the program runs. */
class BelievedSettingsTest {
  private static final String SETTINGS =
      "printf 'MODE=fast\\nPORT=1\\n' > /arena/e; printf '# of mine\\nexport MODE=fast\\n' >"
          + " /arena/x.env; printf 'MODE: fast\\nPORT: 1\\n' > /arena/e.yml;"
          + " echo '{\"MODE\": \"fast\", \"PORT\": \"1\"}' > /arena/e.json; chown -R nobody /arena";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Proof prove(String... command) throws ProveException {
    return Prover.prove(
        Case.of(List.of(command))
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withSetup(SETTINGS),
        Progress.NONE);
  }

  private static void assertRuns(Proof proof) {
    assertTrue(
        proof.windows().stream()
            .anyMatch(w -> w.label() == Label.PLAIN_FOLLOW && w.effects().contains(Effect.EXEC)),
        proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  private static void assertHolds(Proof proof) {
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(proof.count(Verdict.TAKEN_IN) > 0, proof::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "export $(cat /arena/e); /bin/echo $PORT",
        "export $(grep -v '^#' /arena/e | xargs); uname",
        "env $(cat /arena/e) /bin/echo; :",
        "xargs -a /arena/e sh -c 'env \"$@\" /bin/echo' sh; :",
        "while read l; do export \"$l\"; done < /arena/e; /bin/echo",
        "while IFS='=' read k v; do export \"$k=$v\"; done < /arena/e; /bin/echo",
        "read l < /arena/e; export \"$l\"; /bin/echo",
        // Not what the loader looks at, but where programs are looked for.
        "export $(grep -v ^LD_ /arena/e); uname",
        "export $(grep -v -e ^LD_ -e ^PATH= /arena/e); bash -c :",
        "set -a; . /arena/e; :",
        "bash -c '. <(cat /arena/e); :'; :",
        "eval \"$(cat /arena/e)\"; :",
        "[ -f /arena/.env ] && export $(cat /arena/.env); /bin/echo",
      })
  void whatAShellExportsIsRun(String line) throws Exception {
    assertRuns(prove("/bin/sh", "-c", line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "export $(grep -e ^MODE= -e ^PORT= /arena/e); /bin/echo",
        "grep ^PORT= /arena/e | cut -d= -f2; /bin/echo",
        "while IFS='=' read k v; do case $k in MODE) MODE=$v;; esac; done < /arena/e; /bin/echo",
        "cat /arena/e; env -i PATH=/bin /bin/echo",
      })
  void whoTakesWhatItKnowsHolds(String line) throws Exception {
    assertHolds(prove("/bin/sh", "-c", line));
  }

  /** A program with a language of its own takes them for no script. */
  @ParameterizedTest
  @CsvSource({"e, ''", "x.env, 'export '"})
  void whatPythonTakesOverIsRun(String file, String before) throws Exception {
    TestHost.assumeProgram("python3");
    assertRuns(python(file, before, "True"));
  }

  @Test
  void whatPythonTakesOverIfItKnowsItHolds() throws Exception {
    TestHost.assumeProgram("python3");
    assertHolds(python("e", "", "line.split('=')[0] in ('MODE', 'PORT')"));
  }

  private static Proof python(String file, String before, String condition) throws ProveException {
    return prove(
        "/usr/bin/python3",
        "-c",
        """
        import os, subprocess
        for line in open('/arena/%s'):
            if '=' in line and %s:
                name, value = line.strip().removeprefix('%s').split('=', 1)
                os.environ[name] = value
        subprocess.run(['/bin/echo'])
        """
            .formatted(file, condition, before));
  }

  @ParameterizedTest
  @CsvSource({
    "dict(line.strip().split(': ') for line in open('/arena/e.yml'))",
    "json.load(open('/arena/e.json'))",
  })
  void otherFormsAreSettingsToo(String read) throws Exception {
    TestHost.assumeProgram("python3");
    String line =
        "import json, os, subprocess; os.environ.update("
            + read
            + "); subprocess.run(['/bin/echo'])";
    assertRuns(prove("/usr/bin/python3", "-c", line));
    assertHolds(prove("/usr/bin/python3", "-c", line.replace("os.environ.update", "print")));
  }
}
