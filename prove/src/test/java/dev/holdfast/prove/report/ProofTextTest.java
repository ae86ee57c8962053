package dev.holdfast.prove.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Doer;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProofTextTest {
  private static String text(Proof proof, boolean listed, boolean verbose) {
    ToldProof told = new ToldProof(proof, listed, "1.2.3", id -> "holdfast prove --replay " + id);
    String plain = ProofText.of(told, new Painter(false), verbose);
    String coloured = ProofText.of(told, new Painter(true), verbose);
    assertEquals(plain, coloured.replaceAll("\u001b\\[[0-9;]*m", ""));
    assertFalse(plain.equals(coloured));
    for (String line : plain.lines().toList()) {
      assertTrue(line.length() <= 100 || line.contains("--replay"), line);
    }
    return plain;
  }

  @Test
  void aRaceIsToldSoThatItCanBeMended() {
    assertEquals(
        """
        cp -r '/srv/arena/a b' /srv/out: as root, intruder nobody; 21 path calls in 2 tasks, exit 0

        S01 check then use by name: WRITE, META by a RACE
          checked   newfstatat "/srv/arena/f" (call 8 of task 0)
          intruder  nobody: put a symbolic link to a protected file in its place (f in /srv/arena)
          then      openat "/srv/arena/f" (call 9 of task 0)
          seen      the contents of the protected file changed
          why       A race: only this moment works, and a patient intruder will hit it.
          kernel    Where fs.protected_symlinks is set, the kernel stops this strike.
          fix       Open the object once, check it with fstat on the descriptor, and go on with that
                    descriptor (F01).
          again     holdfast prove --replay r1

        Proved: 1 race. The program does not hold.
        2 windows in 5 trials: 1 race, 0 plain follow, 0 reached, 1 survived, 0 undecided; 4 pruned (3 held
        descriptor, 1 exclusive)
        """,
        text(
            Proofs.of(Proofs.race("r1", "/srv/arena/f"), Proofs.with("s", Verdict.SURVIVED)),
            false,
            false));
  }

  private static WindowResult reached(String program, String directory, String entry) {
    String path = directory + "/" + entry;
    Doer doer = new Doer(List.of(program, "a.js"), "main", "/");
    return new WindowResult(
        new Window(
            entry,
            Hazard.S01,
            new CallRef("openat", path, "0", 9, doer),
            null,
            directory,
            entry,
            Strike.SYMLINK),
        Verdict.REACHED,
        Set.of(),
        null,
        List.of(),
        List.of("the victim read the protected file"));
  }

  @Test
  void whatARuntimeDoesAtEachStartIsOneLine() {
    Proof proof =
        Proofs.of(
            reached("/usr/bin/node", "/tmp", "package.json"),
            reached("/usr/bin/node", "/tmp/a", "package.json"));
    String text = text(proof, false, false);
    assertTrue(
        text.contains("  start-up  node looks for /tmp/package.json, /tmp/a/package.json at"),
        text);
    assertTrue(text.contains("though its runtime came to what it should not at 2 windows"), text);
    assertFalse(text.contains("the victim read"), text);
    assertTrue(text(proof, false, true).contains("the victim read"), "all with --verbose");
  }

  @Test
  void theProgramsOwnLookUpsAreNotTakenForItsRuntimes() {
    for (WindowResult own :
        List.of(
            reached("/usr/bin/node", "/tmp", "settings.json"),
            reached("/opt/tool", "/tmp", "package.json"))) {
      String text = text(Proofs.of(own), false, false);
      assertTrue(text.contains("the victim read"), text);
      assertTrue(text.contains("though the program came to what it should not at 1 window."), text);
    }
  }

  @Test
  void whatWasNotTriedOfAKindIsTold() {
    String text = text(Proofs.sampled(Proofs.with("s", Verdict.SURVIVED), 39), false, false);
    assertTrue(text.contains("Of these kinds 39 windows more were not tried; --all"), text);
    assertTrue(text.contains("held at every window that was tried: three of each kind."), text);
    assertTrue(text.contains("0 undecided, 39 left out;"), text);
  }

  @Test
  void fortyAlikeReadAsOne() {
    String text = text(Proofs.manyRaces(40), false, false);
    assertEquals(1, text.split("check then use by name", -1).length - 1, text);
    assertTrue(text.contains("likewise  39 more windows: /srv/arena/f1 (id1), "), text);
    assertTrue(text.contains("--verbose names them all"), text);
    assertTrue(text.contains("Proved: 40 races."), text);
    String verbose = text(Proofs.manyRaces(40), false, true);
    assertEquals(40, verbose.split("check then use by name", -1).length - 1, verbose);
    assertFalse(verbose.contains("likewise"), verbose);
  }

  @Test
  void racesComeFirst() {
    String text =
        text(Proofs.of(Proofs.plainFollow("p"), Proofs.race("r", "/srv/arena/f")), false, false);
    assertTrue(text.indexOf("by a RACE") < text.indexOf("by PLAIN FOLLOW"), text);
    assertTrue(text.contains("Proved: 1 race and 1 plain follow."), text);
  }

  @Test
  void whatIsOpenIsNamed() {
    String text =
        text(
            Proofs.of(
                Proofs.with("t1", Verdict.TIMEOUT),
                Proofs.with("t2", Verdict.TIMEOUT),
                Proofs.with("r1", Verdict.REACHED)),
            false,
            false);
    assertTrue(text.contains("TIMEOUT: the program did not end in time"), text);
    assertTrue(text.contains("[t1], and 1 more"), text);
    assertTrue(text.contains("REACHED: the program touched the protected object"), text);
    assertTrue(text.contains("nothing was exploited, but 2 windows could not be decided."), text);
  }

  @Test
  void holdingIsSaid() {
    Proof proof = Proofs.of(Proofs.with("s", Verdict.SURVIVED));
    assertTrue(text(proof, false, false).contains("The program held at every window."));
    assertTrue(text(proof, false, true).contains("survived"));
    assertTrue(text(Proofs.nothingByName(), false, false).contains("There is no moment at which"));
    // An exclusive call was not attacked, so nobody may say that there is nothing to attack.
    String exclusive = text(Proofs.of(), false, false);
    assertTrue(exclusive.contains("No window was found"), exclusive);
    assertFalse(exclusive.contains("There is no moment"), exclusive);
  }

  @Test
  void aListClaimsNothing() {
    String text = text(Proofs.listed(Proofs.window("w", "/srv/arena/w")), true, false);
    assertTrue(text.contains("1 window to try; nothing was attacked."), text);
    assertFalse(text.contains("survived"), text);
    assertFalse(text.contains("trial"), text);
  }

  @Test
  void anAttackersNameDoesNotReachTheTerminal() {
    String text =
        text(Proofs.of(Proofs.race("r", "/srv/arena/\u001b]0;owned\u0007")), false, false);
    assertTrue(text.contains("\\x1b]0;owned\\x07"), text);
    assertFalse(text.contains("\u001b"), text);
  }
}
