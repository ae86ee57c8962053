package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories that a world has for its own, and what they hide. */
class OwnPlacesTest {
  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Case shell(String line) {
    return Case.of(List.of("/bin/sh", "-c", line)).withDirectory(Path.of("/"));
  }

  @Test
  void anEmptyTmpWhereEverybodyMayMakeFiles() throws Exception {
    String empty = "test -z \"$(ls -A /tmp)\" && test $(stat -c %u:%a /tmp) = 0:1777";
    Proof foolish = Prover.prove(shell(empty + " && echo x > /tmp/f").withTmp(), Progress.NONE);
    assertEquals(0, foolish.exit(), foolish::toString);
    assertTrue(foolish.count(Verdict.EXPLOITED) > 0, foolish::toString);
    Proof careful =
        Prover.prove(shell(empty + " && f=$(mktemp) && echo x > $f").withTmp(), Progress.NONE);
    assertEquals(0, careful.exit(), careful::toString);
    assertEquals(0, careful.count(Verdict.EXPLOITED) + careful.undecided(), careful::toString);
  }

  /** Who moves a file to another file system copies it, and may do so badly. */
  @Test
  void aVolumeIsAnotherFileSystem() throws Exception {
    Case moving =
        shell(
                "test $(stat -c %d /data) != $(stat -c %d /own/svc) || exit 9;"
                    + " umask 022; cat /own/svc/key > /data/key; chmod 600 /data/key;"
                    + " rm /own/svc/key")
            .withFresh(Path.of("/own"))
            .withVolume(Path.of("/data"))
            .withSetup("mkdir -m 700 /own/svc; umask 077; echo topsecret > /own/svc/key");
    Proof proof = Prover.prove(moving, Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.LEAK)), proof::toString);
    Proof mv =
        Prover.prove(
            Case.of(List.of("mv", "/own/svc/key", "/data/key"))
                .withDirectory(Path.of("/"))
                .withFresh(Path.of("/own"))
                .withVolume(Path.of("/data"))
                .withSetup(moving.setup().getFirst()),
            Progress.NONE);
    assertEquals(0, mv.exit(), mv::toString);
    assertEquals(0, mv.count(Verdict.EXPLOITED) + mv.undecided(), mv::toString);
  }

  /** The kernel does not let anybody exchange what is mounted on. */
  @ParameterizedTest
  @CsvSource({"mounted, false", "plain, true"})
  void aMountPointInTheAttackersDirectoryIsNotExchanged(String directory, boolean lost)
      throws Exception {
    Proof proof =
        Prover.prove(
            shell("cat /arena/" + directory + "/f > /arena/" + directory + "/g")
                .withArena(Path.of("/arena"))
                .withVolume(Path.of("/arena/mounted"))
                .withSetup("mkdir /arena/plain; echo x | tee /arena/plain/f > /arena/mounted/f"),
            Progress.NONE);
    assertEquals(0, proof.undecided(), proof::toString);
    assertEquals(lost, proof.count(Verdict.EXPLOITED) > 0, proof::toString);
  }

  @Test
  void whatTheSetUpPutsIntoAVolumeIsInEveryWorld() throws Exception {
    Proof proof =
        Prover.prove(
            shell("grep -q kept /data/d/f && rm -r /data/d")
                .withVolume(Path.of("/data"))
                .withSetup("mkdir /data/d && echo kept > /data/d/f && chmod 777 /data/d"),
            Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertTrue(!proof.windows().isEmpty(), proof::toString);
  }

  @Test
  void aHiddenStartFallsBackToTheRoot(@TempDir Path directory) throws Exception {
    Path start = Files.createDirectory(directory.resolve("d"));
    Proof proof =
        Prover.prove(
            Case.of(List.of("/bin/sh", "-c", "test $(pwd) = /"))
                .withDirectory(start)
                .withFresh(directory),
            Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    assertTrue(proof.notes().stream().anyMatch(n -> n.contains("starts in /")), proof::toString);
    Proof made =
        Prover.prove(
            Case.of(List.of("/bin/sh", "-c", "test $(pwd) = " + start))
                .withDirectory(start)
                .withFresh(directory)
                .withSetup("mkdir " + start),
            Progress.NONE);
    assertEquals(0, made.exit(), made::toString);
    assertEquals(List.of(), made.notes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/bin/sh", "/usr/bin/python3 -I"})
  void aHiddenProgramIsSaidBeforeAnythingIsTried(String interpreter, @TempDir Path directory)
      throws Exception {
    Path script = Files.writeString(directory.resolve("script"), "#!/bin/sh\ntrue\n");
    List<String> argv = List.of((interpreter + " " + script).strip().split(" ", -1));
    Case hiding = Case.of(argv).withDirectory(Path.of("/")).withFresh(directory);
    ProveException refused =
        assertThrows(ProveException.class, () -> Prover.prove(hiding, Progress.NONE));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(script + ": "), refused::toString);
  }

  /** Whoever runs it for us, and by whatever name it is called. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "env A=1 %s/script",
        "env -i nice -n 5 %s/script",
        "timeout 60 sh -e %s/script",
        "python3 -W ignore %s/script",
        "%s-link/script",
        "sh %s-link/script",
      })
  void aHiddenProgramIsSeenBehindWhoeverRunsIt(String line, @TempDir Path directory)
      throws Exception {
    Path fresh = Files.createDirectory(directory.resolve("fresh"));
    Path script = Files.writeString(fresh.resolve("script"), "#!/bin/sh\ntrue\n");
    assertTrue(script.toFile().setExecutable(true));
    Files.createSymbolicLink(directory.resolve("fresh-link"), fresh);
    List<String> argv = List.of(line.replace("%s", fresh.toString()).split(" ", -1));
    Case hiding = Case.of(argv).withDirectory(Path.of("/")).withFresh(fresh);
    ProveException refused =
        assertThrows(ProveException.class, () -> Prover.prove(hiding, Progress.NONE));
    assertTrue(String.valueOf(refused.getMessage()).contains("/script: "), refused::toString);
  }

  /** What may be needed is only told. */
  @ParameterizedTest
  @ValueSource(strings = {"--config=%s/conf", "-I%s/conf", "cat %s/conf || true"})
  void aHiddenNameInsideAWordIsTold(String word, @TempDir Path directory) throws Exception {
    Path fresh = Files.createDirectory(directory.resolve("fresh"));
    Files.writeString(fresh.resolve("conf"), "x");
    Case hiding =
        Case.of(List.of("/bin/true", word.replace("%s", fresh.toString())))
            .withDirectory(Path.of("/"))
            .withFresh(fresh);
    Proof proof = Prover.prove(hiding, Progress.NONE);
    String told = fresh + "/conf: is on this host";
    assertTrue(proof.notes().stream().anyMatch(n -> n.startsWith(told)), proof::toString);
    Proof made = Prover.prove(hiding.withSetup("echo x > " + fresh + "/conf"), Progress.NONE);
    assertEquals(List.of(), made.notes());
  }

  @Test
  void aHiddenScriptBesideTheStartToo(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("script"), "true\n");
    Case hiding =
        Case.of(List.of("/bin/sh", "script")).withDirectory(directory).withFresh(directory);
    ProveException refused =
        assertThrows(ProveException.class, () -> Prover.prove(hiding, Progress.NONE));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("script: "), refused::toString);
    // What the set-up makes there is the one that is meant.
    Case made = hiding.withSetup("echo true > " + directory.resolve("script"));
    assertEquals(0, Prover.prove(made, Progress.NONE).exit());
  }
}
