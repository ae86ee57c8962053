package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who takes a name that the attacker made first for its own, and who notices. */
class SquatTest {
  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  /** As in {@code /tmp}. */
  private static Proof inShared(List<String> command) throws ProveException {
    return Prover.prove(
        Case.of(command)
            .withDirectory(Path.of("/"))
            .withFresh(Path.of("/shared"))
            .withSetup("chmod 1777 /shared"),
        Progress.NONE);
  }

  private static Proof inShared(String line) throws ProveException {
    return inShared(List.of("/bin/sh", "-c", line));
  }

  private static void loses(Proof proof, Effect effect, Label label) {
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.label() == label && w.effects().contains(effect)),
        proof::toString);
  }

  private static void holds(Proof proof) {
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(!proof.windows().isEmpty(), proof::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "mkdir /shared/d 2>/dev/null; echo token > /shared/d/f,            CREATE, PLAIN_FOLLOW",
    "mkdir -p /shared/d/e && echo token > /shared/d/e/f,               CREATE, PLAIN_FOLLOW",
    "set -C; true > /shared/f 2>/dev/null; set +C; echo t >> /shared/f, WRITE, PLAIN_FOLLOW",
    "mkfifo /shared/p 2>/dev/null; cat /shared/p & echo t > /shared/p; wait, WRITE, PLAIN_FOLLOW",
    "t=$(mktemp /shared/x.XXXXXX); rm $t; mkdir $t; echo t > $t/f,     CREATE, RACE",
    "ln -s x /shared/l 2>/dev/null; mkdir -p /shared/x; echo t > /shared/l/f, CREATE, PLAIN_FOLLOW",
  })
  void whoGoesOnLoses(String line, Effect effect, Label label) throws Exception {
    loses(inShared(line), effect, label);
  }

  @ParameterizedTest
  @CsvSource({
    "mkdir /shared/d || exit 1; echo token > /shared/d/f",
    "d=$(mktemp -d /shared/x.XXXXXX) || exit 1; echo token > $d/f",
    "set -C; echo token > /shared/f",
  })
  void whoStopsHolds(String line) throws Exception {
    Proof proof = inShared(line);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  @Test
  void whoLooksAtOwnerAndModeHolds() throws Exception {
    holds(
        inShared(
            "mkdir -p -m 700 /shared/d; [ ! -L /shared/d ]"
                + " && [ \"$(stat -c %u:%a /shared/d)\" = 0:700 ] || exit 1;"
                + " echo token > /shared/d/f"));
  }

  /** The attacker's own directory: no link to be refused, and the program runs what is in it. */
  @Test
  void whatIsRunFromASquattedDirectory() throws Exception {
    Proof proof =
        inShared(
            "mkdir -p /shared/b; test -x /shared/b/tool || {"
                + " printf '#!/bin/sh\\n' > /shared/b/tool; chmod 755 /shared/b/tool; };"
                + " /shared/b/tool");
    loses(proof, Effect.EXEC, Label.PLAIN_FOLLOW);
    WindowResult second =
        proof.windows().stream().filter(w -> w.window().before() != null).findFirst().orElseThrow();
    String id = second.window().id();
    Case again =
        Case.of(proof.argv())
            .withDirectory(Path.of("/"))
            .withFresh(Path.of("/shared"))
            .withSetup("chmod 1777 /shared");
    WindowResult replayed = Prover.replay(again, id, Progress.NONE).windows().getFirst();
    assertEquals(second.verdict(), replayed.verdict(), replayed::toString);
    assertEquals(second.effects(), replayed.effects());
  }

  private static final String UNPACKED =
      "n=lib$(od -A n -N 8 -t x1 /dev/urandom | tr -d ' \\n').sh; mkdir -p -m 700 /shared/d; %s"
          + " set -C; : > /shared/d/$n; set +C; echo true > /shared/d/$n; . /shared/d/$n";

  /** Who makes a name up in a directory that the attacker made shows it to him there. */
  @Test
  void aMadeUpNameInASquattedDirectory() throws Exception {
    TestHost.assumeProgram("od");
    Proof proof = inShared(UNPACKED.formatted(""));
    loses(proof, Effect.EXEC, Label.RACE);
    assertEquals(0, proof.undecided(), proof::toString);
    holds(
        inShared(
            UNPACKED.formatted(
                "[ \"$(stat -c %F:%u:%a /shared/d)\" = directory:0:700 ] || exit 1;")));
  }

  private static final String EXCLUSIVE =
      """
      #include <errno.h>
      #include <fcntl.h>
      #include <unistd.h>
      int main(void) {
        int fd = open("/shared/state", O_WRONLY|O_CREAT|O_EXCL, 0600);
        if (fd < 0 && errno == EEXIST) fd = open("/shared/state", O_WRONLY|O_TRUNC%s);
        return fd < 0 || write(fd, "state\\n", 6) != 6;
      }
      """;

  @Test
  void whoOpensWhatExists(@TempDir Path directory) throws Exception {
    Path loses = TestHost.compileText(directory, "follows", EXCLUSIVE.formatted(""));
    loses(inShared(List.of(loses.toString())), Effect.WRITE, Label.PLAIN_FOLLOW);
    String stops = EXCLUSIVE.formatted("").replace("errno == EEXIST", "0");
    Path holds = TestHost.compileText(directory, "stops", stops);
    holds(inShared(List.of(holds.toString())));
  }

  private static final String LINKED =
      """
      #include <fcntl.h>
      #include <unistd.h>
      int main(void) {
        if (open("/shared/.mine", O_WRONLY|O_CREAT|O_EXCL, 0600) < 0) return 1;
        if (link("/shared/.mine", "/shared/lock") != 0 && %s) return 1;
        int fd = open("/shared/lock", O_WRONLY);
        return fd < 0 || write(fd, "1\\n", 2) != 2;
      }
      """;

  @Test
  void lockMadeByLink(@TempDir Path directory) throws Exception {
    Path loses = TestHost.compileText(directory, "unchecked", LINKED.formatted("0"));
    loses(inShared(List.of(loses.toString())), Effect.WRITE, Label.PLAIN_FOLLOW);
    Path holds = TestHost.compileText(directory, "checked", LINKED.formatted("1"));
    holds(inShared(List.of(holds.toString())));
  }
}
