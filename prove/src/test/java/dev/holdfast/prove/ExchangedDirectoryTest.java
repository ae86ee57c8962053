package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is used below a directory is found in the attacker's own, too, however deep it is. */
class ExchangedDirectoryTest {
  private static final String TREE =
      "mkdir -p /arena/p/lib/deep && echo : > /arena/p/run.sh && echo : > /arena/p/lib/run.sh"
          + " && echo : > /arena/p/lib/deep/run.sh && ln -s deep /arena/p/lib/link"
          + " && mkdir /arena/p/his && echo his > /arena/p/his/f && chown -R nobody /arena/p/his";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "test $(stat -c %u /arena/p) = 0 && sh /arena/p/run.sh | true",
        "test $(stat -c %u /arena/p) = 0 && sh /arena/p/lib/deep/run.sh | true",
        "test $(stat -c %u /arena/p) = 0 && sh /arena/p/lib/link/run.sh | true",
        "test $(stat -c %u /arena/p) = 0 && read x </arena/p/his/f && sh /arena/p/lib/run.sh |"
            + " true",
        "cd /arena/p && test $(stat -c %u .) = 0 && sh lib/deep/run.sh | false",
      })
  void whatIsRunBelowIsHis(String line, boolean executed) throws Exception {
    Proof proof =
        Prover.prove(
            Case.of(List.of("/bin/sh", "-c", line))
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/arena"))
                .withSetup(TREE),
            Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(!proof.windows().isEmpty(), proof::toString);
    assertEquals(
        executed,
        proof.windows().stream()
            .anyMatch(
                w -> w.window().strike() == Strike.EXCHANGE && w.effects().contains(Effect.EXEC)),
        proof::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "mkdir -p /arena/p/1/2/3/4/5/6/7/8/9/10, true",
    "mkdir -p /arena/p && cd /arena/p && seq 1100 | xargs touch, true",
    "mkdir -p /arena/p/1/2/3/4/5/6/7, false",
  })
  void aProofSaysWhatWasNotPutThere(String tree, boolean cutShort) throws Exception {
    String line = "test $(stat -c %u /arena/p) = 0 && sh /arena/p/run.sh";
    Proof proof =
        Prover.prove(
            Case.of(List.of("/bin/sh", "-c", line))
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/arena"))
                .withSetup(tree + " && echo : > /arena/p/run.sh"),
            Progress.NONE);
    assertEquals(
        cutShort,
        proof.notes().stream().anyMatch(note -> note.contains("were put into what it was")),
        proof::toString);
  }

  /** A second move meets what the first one has put there, and what it has left. */
  @Test
  void movesMayFollowOneAnotherAtOneDirectory() throws Exception {
    String line =
        "stat /arena/p/q >&2; cat /arena/p/q/f; for f in $(ls -A /arena); do ls -A /arena/$f; done";
    Proof proof =
        Prover.prove(
            Case.of(List.of("/bin/sh", "-c", line))
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/arena"))
                .withSetup("mkdir -p /arena/p/q && echo a > /arena/p/q/f"),
            Progress.NONE);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.window().before() != null), proof::toString);
    assertTrue(
        proof.windows().stream().noneMatch(w -> w.window().entry().startsWith(".holdfast")),
        proof::toString);
  }
}
