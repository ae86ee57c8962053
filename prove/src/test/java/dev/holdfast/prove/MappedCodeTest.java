package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Code is loaded by mapping it, whether or not the attacker's can then be run by that program. */
class MappedCodeTest {
  private static final String LOADER =
      """
      import mmap, os, sys
      if os.stat('/arena/plugin').st_uid:
          sys.exit(0)
      with open('/arena/plugin', 'rb') as plugin:
          if 'again' in sys.argv and os.fstat(plugin.fileno()).st_uid:
              sys.exit(0)
          rights = mmap.PROT_READ | (mmap.PROT_EXEC if 'code' in sys.argv else 0)
          mmap.mmap(plugin.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=rights)
      """;

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
    TestHost.assumeProgram("python3");
  }

  @ParameterizedTest
  @CsvSource({"code, true", "data, false", "code again, false"})
  void mappingHisFileAsCodeIsToExecuteIt(String how, boolean executed) throws Exception {
    List<String> command = List.of(("python3 -SI /loader " + how).split(" ", -1));
    Proof proof =
        Prover.prove(
            Case.of(command)
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/arena"))
                .withSetup("echo code > /arena/plugin; cat > /loader <<'E'\n" + LOADER + "E"),
            Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(!proof.windows().isEmpty(), proof::toString);
    assertEquals(
        executed,
        proof.windows().stream()
            .anyMatch(w -> w.verdict() == Verdict.EXPLOITED && w.effects().contains(Effect.EXEC)),
        proof::toString);
    assertEquals(executed, proof.count(Verdict.EXPLOITED) > 0, proof::toString);
  }
}
