package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program may itself lie where the attacker can change it: whoever starts it runs his. */
class ProgramItselfTest {
  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Proof prove(String command, String path, String setup) throws ProveException {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PATH", path);
    return Prover.prove(
        Case.of(List.of(command.split(" ")))
            .withDirectory(Path.of("/"))
            .withEnvironment(environment)
            .withArena(Path.of("/arena"))
            .withFresh(Path.of("/private"))
            .withSetup(setup),
        Progress.NONE);
  }

  private static final String USUAL = "/usr/bin:/bin";

  @ParameterizedTest
  @CsvSource({
    "/arena/tool,       " + USUAL + ",       cp /bin/true /arena/tool",
    "/arena/job,        " + USUAL + ",       echo ':' > /arena/job && chmod +x /arena/job",
    "/arena/job,        " + USUAL + ",       echo '#!/bin/sh' > /arena/job && chmod +x /arena/job",
    "/private/link,     "
        + USUAL
        + ",       cp /bin/true /arena/tool && ln -s /arena/tool /private/link",
    "/arena/bin/tool,   " + USUAL + ",       mkdir /arena/bin && cp /bin/true /arena/bin/tool",
    "/private/s,        "
        + USUAL
        + ",       cp /bin/sh /arena/i; echo '#!/arena/i' > /private/s; chmod +x /private/s",
    "/private/s,        "
        + USUAL
        + ",       cp /bin/sh /arena/i; echo '#! /arena/i -e' > /private/j; echo '#!/private/j' >"
        + " /private/s; chmod +x /private/*",
    "tool,              /arena:" + USUAL + ",cp /bin/true /arena/tool",
    "true,              /arena:" + USUAL + ",:",
  })
  void isExchanged(String command, String path, String setup) throws Exception {
    Proof proof = prove(command, path, setup);
    assertTrue(
        proof.windows().stream()
            .anyMatch(
                w ->
                    w.verdict() == Verdict.EXPLOITED
                        && w.effects().contains(Effect.EXEC)
                        && w.window().use().call().equals("execve")),
        proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "/private/tool,     " + USUAL + ",       cp /bin/true /private/tool",
    "/private/t/tool,   "
        + USUAL
        + ",       mkdir -m 1777 /private/t && cp /bin/true /private/t/tool",
    "true,              " + USUAL + ":/arena,:",
    "/private/s,        "
        + USUAL
        + ",       cp /bin/sh /private/i; echo '#!/private/i' > /private/s; chmod +x /private/s",
  })
  void cannotBeExchanged(String command, String path, String setup) throws Exception {
    Proof proof = prove(command, path, setup);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  @Test
  void whatCannotBeExecutedIsSaid() {
    ProveException e =
        assertThrows(
            ProveException.class, () -> prove("/arena/tool", USUAL, "echo : > /arena/tool"));
    assertTrue(String.valueOf(e.getMessage()).contains("cannot be executed"), e::getMessage);
  }
}
