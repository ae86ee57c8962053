package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What must not be told as a gain of the attacker's, each beside what must. */
class FalseFindingTest {
  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Case shell(String line, String... setup) {
    return Case.of(List.of("/bin/sh", "-c", line))
        .withDirectory(Path.of("/"))
        .withArena(Path.of("/arena"))
        .withFresh(Path.of("/private"), Path.of("/foreign"))
        .withSetup(setup);
  }

  private static Proof prove(Case what) throws ProveException {
    return Prover.prove(what, Progress.NONE);
  }

  private static WindowResult only(Proof proof, Strike strike) {
    List<WindowResult> found =
        proof.windows().stream()
            .filter(w -> w.window().strike() == strike)
            .filter(w -> w.window().before() == null)
            .filter(w -> !w.window().use().call().matches(".*stat.*|.*access.*|readlink.*"))
            .toList();
    assertEquals(1, found.size(), () -> String.valueOf(proof));
    return found.getFirst();
  }

  /** Comes to everything, the canaries included; but not by the attacker's link. */
  @ParameterizedTest
  @CsvSource({
    "find /.hold* /private -exec chmod g+x {} +; : > /arena/f, false",
    "chmod g+x /arena/f, true"
  })
  void whoChangesEverythingIsNotLed(String line, boolean led) throws Exception {
    Proof proof = prove(shell(line, "echo text > /arena/f && chown nobody /arena/f"));
    assertEquals(led, only(proof, Strike.SYMLINK).effects().contains(Effect.META), proof::toString);
  }

  @Test
  void fileBornOpenIsHeld() throws Exception {
    WindowResult held =
        only(
            prove(shell("umask 022; echo text > /private/f; chmod 600 /private/f")),
            Strike.HOLD_OPEN);
    assertTrue(held.race(), held::toString);
    assertEquals(java.util.Set.of(Effect.LEAK), held.effects());
  }

  @Test
  void whatWasPublicBeforeIsNoSecret() throws Exception {
    WindowResult held =
        only(
            prove(shell("chmod 600 /private/f", "umask 022; echo text > /private/f")),
            Strike.HOLD_OPEN);
    assertEquals(Verdict.SURVIVED, held.verdict(), held::toString);
  }

  @Test
  void whatIsWrittenAfterNarrowingAnOldFileLeaksToWhoHeldItBefore() throws Exception {
    WindowResult held =
        only(
            prove(
                shell(
                    "chmod 600 /private/f; echo secret > /private/f",
                    "umask 022; echo text > /private/f")),
            Strike.HOLD_OPEN);
    assertEquals(Verdict.EXPLOITED, held.verdict(), held::toString);
    assertEquals(Label.PLAIN_FOLLOW, held.label(), held::toString);
  }

  @Test
  void fileBornWritableIsWrittenLater() throws Exception {
    WindowResult held =
        only(
            prove(shell("umask 000; echo text > /private/f; chmod 644 /private/f")),
            Strike.HOLD_OPEN);
    assertTrue(held.race(), held::toString);
    assertEquals(java.util.Set.of(Effect.INJECT), held.effects());
  }

  @Test
  void narrowingByTheDescriptorsOwnEmptyNameIsFoundAgain() throws Exception {
    TestHost.assumeProgram("python3");
    String program =
        "import os,ctypes;f=os.open('/private/f',os.O_CREAT|os.O_WRONLY,0o640);"
            + "os.fchown(f,0,65534);os.write(f,b'text');"
            + "ctypes.CDLL(None).syscall(260,f,b'',0,0,0x1000)";
    TestHost.assumeX86();
    WindowResult held =
        prove(
                Case.of(List.of("python3", "-c", program))
                    .withDirectory(Path.of("/"))
                    .withFresh(Path.of("/private")))
            .windows()
            .stream()
            .filter(w -> w.window().use().call().equals("fchownat"))
            .findFirst()
            .orElseThrow();
    assertTrue(held.race(), held::toString);
  }

  @ParameterizedTest
  @CsvSource({"/foreign/mine/sub/f, false", "/private/f, true"})
  void whatHeCouldReplaceAnywayIsNoInjection(String target, boolean injected) throws Exception {
    WindowResult copied =
        only(
            prove(
                shell(
                    "cat /arena/f > " + target,
                    "echo text > /arena/f",
                    "mkdir -p /foreign/mine/sub && chown nobody /foreign/mine")),
            Strike.CONTENT);
    assertEquals(injected, copied.effects().contains(Effect.INJECT), copied::toString);
  }

  @ParameterizedTest
  @CsvSource({"gzip -n, true", "wc -c, false", "cat > /dev/null; date +%N, false"})
  void secretInAnotherForm(String form, boolean leaks) throws Exception {
    WindowResult led =
        only(
            prove(
                shell(
                    "cat /arena/f | (" + form + ") > /private/out",
                    "echo text > /arena/f && chown nobody /arena/f")),
            Strike.SYMLINK);
    assertEquals(leaks, led.effects().contains(Effect.LEAK), led::toString);
  }

  @Test
  void programInAChangedRootIsLedToACanaryThere() throws Exception {
    TestHost.assumeProgram("perl");
    String program =
        "chroot '/arena' or die; chdir '/'; exit 1 unless -f '/f' && ! -l '/f';"
            + " open(my $h, '>', '/f') or die; print $h 'x'";
    Proof proof =
        prove(
            Case.of(List.of("perl", "-e", program))
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/arena"))
                .withSetup("echo text > /arena/f && chown nobody /arena/f"));
    WindowResult led = only(proof, Strike.SYMLINK);
    assertTrue(led.race(), led::toString);
    assertEquals(java.util.Set.of(Effect.WRITE), led.effects());
  }

  @Test
  void programInAChangedRootThatFollowsAnyLink() throws Exception {
    TestHost.assumeProgram("perl");
    String program = "chroot '/arena' or die; open(my $h, '>', '/f') or die; print $h 'x'";
    Proof proof =
        prove(
            Case.of(List.of("perl", "-e", program))
                .withDirectory(Path.of("/"))
                .withArena(Path.of("/arena"))
                .withSetup("echo text > /arena/f && chown nobody /arena/f"));
    assertTrue(only(proof, Strike.SYMLINK).plainFollow(), () -> String.valueOf(proof));
  }
}
