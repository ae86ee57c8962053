package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A program that a proof says held must hold against whoever tries everything: small programs made
 * by chance are attacked by a C program that knows nothing of windows, plans and judges, with each
 * of some eighty strikes before each call, for good or taken back before a later one, and with
 * pairs of strikes by chance. Longer: {@code bench/brute-force.sh}.
 */
class BruteForceTest {
  private static final int PROGRAMS = Integer.getInteger("holdfast.brute.programs", 12);
  private static final int PAIRS = Integer.getInteger("holdfast.brute.pairs", 40);
  private static final long SEED = Long.getLong("holdfast.brute.seed", 1);

  private static final String[] NAMES = {
    "a", "b", "d/x", "t", "d/t", "e/x", "e/t", "m/x", "l", "g/x"
  };
  private static final String[] CALLS = {
    "absent N",
    "regular N",
    "follows N",
    "mine N",
    "same N",
    "readable N",
    "write N",
    "exclusive N",
    "nofollow N",
    "append N",
    "read N",
    "readown N",
    "put N",
    "fchmod N",
    "chmod N",
    "chown N",
    "lchown N",
    "unlink N",
    "mkdir d",
    "mkdir t",
    "mkdironly t",
    "rename N N",
    "link N N",
    "chdir d",
    "chdir e",
    "chdir m",
    "rmdir d",
    "resolve l",
    "resolve g",
    "chmod @",
    "unlink @",
    "append @",
    "read @",
    "write @/x",
    "regular @",
    "chdir @",
    "list .",
    "list d",
    "list e",
    "each chmod",
    "each unlink",
    "each lchown",
    "each regular",
  };
  private static final String SETUP =
      "cd /srv/arena; echo his > a; echo \"root's\" > b; mkdir d e; echo inner > d/x; echo deep >"
          + " e/x; chmod 644 a b d/x e/x; chown 65534:65534 . a d d/x; chmod 755 . d e; ln -s b l;"
          + " ln -s e g; chown -h 65534:65534 l g";

  private static Path victim;

  @BeforeAll
  static void requirements(@TempDir Path directory) throws Exception {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
    TestHost.assumeProgram("cc");
    victim = TestHost.compile(directory, "gated.c");
  }

  private static List<String> script(Random random) {
    List<String> calls = new ArrayList<>();
    int length = 2 + random.nextInt(4);
    String last = NAMES[random.nextInt(NAMES.length)];
    for (int i = 0; i < length; i++) {
      String call = CALLS[random.nextInt(CALLS.length)];
      while (call.contains("N")) {
        // Mostly about one name, as programs are.
        String name = random.nextInt(3) > 0 ? last : NAMES[random.nextInt(NAMES.length)];
        call = call.replaceFirst("N", name);
      }
      calls.add(call);
    }
    return calls;
  }

  private static List<String> byForce(List<String> script, boolean sticky) throws Exception {
    String how = sticky ? "--brute-sticky" : "--brute";
    List<String> command = new ArrayList<>(List.of(victim.toString(), how, String.valueOf(PAIRS)));
    command.addAll(script);
    return TestHost.run(command).lines().toList();
  }

  private static Proof proof(List<String> script, boolean sticky) throws Exception {
    List<String> command = new ArrayList<>(List.of(victim.toString()));
    command.addAll(script);
    return Prover.prove(
        Case.of(command)
            .withDirectory(Path.of("/srv/arena"))
            .withFresh(Path.of("/srv/arena"))
            .withSetup(SETUP + (sticky ? "; chown 0:0 .; chmod 1777 ." : "")),
        Progress.NONE);
  }

  /** What is stopped below a directory goes on in another one. */
  private static List<List<String>> known() {
    return List.of(
        List.of("fchmod b", "chdir d", "lchown b"),
        List.of("chdir d", "regular b", "fchmod b"),
        List.of("put d/x", "mkdir d"),
        List.of("mkdir d", "chdir e", "append a"),
        List.of("chdir e", "mkdir d", "read d/x"),
        List.of("absent e/x", "put e/x"),
        List.of("chdir e", "write b", "unlink b"),
        List.of("lchown t", "chown t"),
        List.of("mkdir t", "append t"),
        List.of("chdir e", "rename b b", "write b"),
        List.of("regular b", "fchmod b", "lchown b"),
        List.of("regular a", "read a", "regular a", "put t"),
        List.of("read a", "mine a", "put t"),
        List.of("regular a", "read a", "same a", "put t"),
        List.of("follows d/x", "rmdir d", "nofollow e/x"),
        List.of("chdir e", "regular a", "mine a", "append a"),
        List.of("follows m/x", "chmod m/x"),
        List.of("chdir m", "unlink a"),
        List.of("absent m/x", "put m/x"),
        List.of("resolve l", "chmod @"),
        List.of("resolve g", "chdir @", "unlink x"),
        List.of("list e", "each chmod"),
        List.of("resolve g", "unlink @"),
        List.of("put e/x", "unlink g/x"),
        List.of("read g/x", "put g/x"));
  }

  /**
   * @param sticky whether all may make names in the directory, as in /tmp, or it is the attacker's
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoHeldHoldsAgainstEverything(boolean sticky) throws Exception {
    Random random = new Random(SEED);
    List<List<String>> scripts = new ArrayList<>(known());
    for (int i = 0; i < PROGRAMS; i++) {
      scripts.add(script(random));
    }
    List<String> wrong = new ArrayList<>();
    int lost = 0;
    int held = 0;
    int more = 0;
    for (List<String> script : scripts) {
      List<String> gains = byForce(script, sticky);
      if (gains.contains("undisturbed")) {
        continue;
      }
      Proof proof = proof(script, sticky);
      boolean exploited = proof.count(Verdict.EXPLOITED) > 0;
      if (!gains.isEmpty() && !exploited) {
        wrong.add(
            script + " lost by " + gains.subList(0, Math.min(4, gains.size())) + ":\n" + proof);
      }
      lost += gains.isEmpty() ? 0 : 1;
      held += gains.isEmpty() && !exploited ? 1 : 0;
      more += gains.isEmpty() && exploited ? 1 : 0;
    }
    System.out.println(
        lost
            + " lost, "
            + held
            + " held, "
            + more
            + " lost to more than one strike; wrong: "
            + wrong.size());
    assertTrue(lost > 0 && held > 0, "nothing was compared");
    assertTrue(wrong.isEmpty(), () -> String.join("\n\n", wrong));
  }

  /** Were the brute force blind, all would be well. */
  @Test
  void bruteForceFinds() throws Exception {
    assertFalse(byForce(List.of("regular a", "chmod a"), false).isEmpty());
    assertEquals(List.of(), byForce(List.of("fchmod a"), false));
    assertFalse(byForce(List.of("regular a", "read a", "regular a", "put t"), false).isEmpty());
    assertEquals(List.of(), byForce(List.of("regular a", "read a", "same a", "put t"), false));
  }
}
