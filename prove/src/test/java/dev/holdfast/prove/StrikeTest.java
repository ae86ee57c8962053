package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import dev.holdfast.prove.trial.Guards;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each strike of the attacker's, against a program that loses to it and one that does not. */
class StrikeTest {
  private static final String FILE = "echo text > /arena/f";
  private static final String HIS_FILE = FILE + " && chown nobody /arena/f";
  private static final String TREE = "mkdir /arena/d && echo text > /arena/d/f";

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
    TestHost.assumeProgram("python3");
  }

  private static Case python(String program, String... setup) {
    return in(List.of("python3", "-SIc", "import os,stat,sys\n" + program), setup);
  }

  private static Case shell(String program, String... setup) {
    return in(List.of("/bin/sh", "-c", program), setup);
  }

  private static Case in(List<String> command, String... setup) {
    return Case.of(command)
        .withDirectory(Path.of("/"))
        .withArena(Path.of("/arena"))
        .withFresh(Path.of("/private"))
        .withSetup(setup);
  }

  private static Proof prove(Case what) throws ProveException {
    Proof proof = Prover.prove(what, Progress.NONE);
    assertEquals(0, proof.exit(), proof::toString);
    return proof;
  }

  private static List<WindowResult> by(Strike strike, Proof proof) {
    return proof.windows().stream().filter(w -> w.window().strike() == strike).toList();
  }

  private static void loses(Case what, Strike strike, Effect effect, Label label)
      throws ProveException {
    Proof proof = prove(what);
    assertTrue(
        by(strike, proof).stream()
            .anyMatch(
                w ->
                    w.verdict() == Verdict.EXPLOITED
                        && w.effects().contains(effect)
                        && w.label() == label),
        proof::toString);
  }

  private static void holds(Case what) throws ProveException {
    Proof proof = prove(what);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(proof.windows().size() + proof.prunedTotal() > 0, proof::toString);
  }

  private static final String OPEN_CHECKED =
      """
      f=os.open('/arena/f',os.O_WRONLY|os.O_NOFOLLOW|os.O_NONBLOCK)
      s=os.fstat(f)
      if not stat.S_ISREG(s.st_mode) or s.st_nlink!=1: sys.exit('no')
      os.ftruncate(f,0)
      os.write(f,b'done')
      """;

  @Test
  void symlink() throws Exception {
    loses(
        shell("echo done > /arena/f", HIS_FILE), Strike.SYMLINK, Effect.WRITE, Label.PLAIN_FOLLOW);
    holds(python(OPEN_CHECKED, HIS_FILE));
  }

  @Test
  void symlinkAfterACheck() throws Exception {
    loses(
        shell("[ -f /arena/f -a ! -L /arena/f ] && echo done > /arena/f", HIS_FILE),
        Strike.SYMLINK,
        Effect.WRITE,
        Label.RACE);
  }

  @Test
  void symlinkToANewName() throws Exception {
    loses(
        shell("echo done > /arena/new"),
        Strike.SYMLINK_DANGLING,
        Effect.CREATE,
        Label.PLAIN_FOLLOW);
    holds(shell("set -C; echo done > /arena/new"));
  }

  @Test
  void symlinkInADirectorysPlace() throws Exception {
    loses(
        shell("rm -f /arena/d/f", TREE),
        Strike.SYMLINK_DIRECTORY,
        Effect.DELETE,
        Label.PLAIN_FOLLOW);
    holds(
        python(
            "d=os.open('/arena/d',os.O_DIRECTORY|os.O_NOFOLLOW)\nos.unlink('f',dir_fd=d)", TREE));
  }

  @Test
  void hardLink() throws Exception {
    String careless = "f=os.open('/arena/f',os.O_WRONLY|os.O_NOFOLLOW|os.O_TRUNC)";
    Proof proof = prove(python(careless, HIS_FILE));
    WindowResult link = by(Strike.HARDLINK, proof).getFirst();
    assertEquals(List.of("fs.protected_hardlinks"), link.blockedBy(), proof::toString);
    boolean guarded = Guards.set().contains("fs.protected_hardlinks");
    assertEquals(guarded ? Verdict.SURVIVED : Verdict.EXPLOITED, link.verdict(), proof::toString);
    assertEquals(guarded ? 1 : 0, proof.guarded(), proof::toString);
    // It looks at the link count, so no guard has to save it.
    Proof checked = prove(python(OPEN_CHECKED, HIS_FILE));
    assertFalse(by(Strike.HARDLINK, checked).isEmpty(), checked::toString);
    assertEquals(0, checked.guarded(), checked::toString);
    holds(python(OPEN_CHECKED, HIS_FILE));
  }

  /** Of one file system there may be several mounts, and no link leads from one to another. */
  @Test
  void hardLinkOnAFurtherMountOfTheSameFiles() throws Exception {
    String setup =
        "mkdir /arena/a /arena/b && chown nobody /arena/a && "
            + HIS_FILE.replace("/arena/f", "/arena/a/f");
    String open = "os.open('/arena/%s/f',os.O_WRONLY|os.O_NOFOLLOW|os.O_TRUNC)";
    String mount = "import subprocess\nsubprocess.run(['mount','--bind','/arena/a','/arena/b'])\n";
    WindowResult link =
        by(Strike.HARDLINK, prove(python(mount + open.formatted("b"), setup))).getFirst();
    WindowResult plain = by(Strike.HARDLINK, prove(python(open.formatted("a"), setup))).getFirst();
    assertNotEquals(Verdict.ATTACK_FAILED, link.verdict(), link::toString);
    assertEquals(plain.verdict(), link.verdict(), link::toString);
    assertEquals(plain.blockedBy(), link.blockedBy(), link::toString);
  }

  @Test
  void fifo() throws Exception {
    Proof waits = prove(shell("read x < /arena/f", HIS_FILE));
    WindowResult fifo = by(Strike.FIFO, waits).getFirst();
    assertEquals(Verdict.REACHED, fifo.verdict(), waits::toString);
    assertTrue(fifo.evidence().toString().contains("for ever"), waits::toString);
    Proof does =
        prove(python("os.open('/arena/f',os.O_RDONLY|os.O_NONBLOCK|os.O_NOFOLLOW)", HIS_FILE));
    assertEquals(List.of(), by(Strike.FIFO, does));
  }

  @Test
  void contents() throws Exception {
    loses(
        shell("cat /arena/f > /private/out", FILE),
        Strike.CONTENT,
        Effect.INJECT,
        Label.PLAIN_FOLLOW);
    holds(
        python(
            """
            f=os.open('/arena/f',os.O_RDONLY|os.O_NOFOLLOW|os.O_NONBLOCK)
            s=os.fstat(f)
            if s.st_uid!=0 or not stat.S_ISREG(s.st_mode) or s.st_nlink!=1: sys.exit('no')
            open('/private/out','wb').write(os.read(f,100))
            """,
            FILE));
  }

  @Test
  void program() throws Exception {
    String script = "printf '#!/bin/sh\\n' > /arena/f && chmod 755 /arena/f";
    loses(shell("/arena/f", script), Strike.CONTENT, Effect.EXEC, Label.PLAIN_FOLLOW);
    holds(shell("/private/f", script + " && cp /arena/f /private/f"));
  }

  @Test
  void exchangedDirectory() throws Exception {
    String open = "d=os.open('/arena/d',os.O_DIRECTORY|os.O_NOFOLLOW)\n";
    String read =
        "open('/private/out','wb').write(os.read(os.open('f',os.O_RDONLY|os.O_NOFOLLOW,dir_fd=d),4096))";
    loses(python(open + read, TREE), Strike.EXCHANGE, Effect.INJECT, Label.PLAIN_FOLLOW);
    holds(python(open + "if os.fstat(d).st_uid!=0: sys.exit('no')\n" + read, TREE));
  }

  /** There is no name to be mirrored: who takes whatever is there takes the attacker's. */
  @Test
  void exchangedEmptyDirectory() throws Exception {
    String open = "d=os.open('/arena/d',os.O_DIRECTORY|os.O_NOFOLLOW)\n";
    String readAll =
        "for n in os.listdir(d):"
            + " open('/private/out','wb').write(os.read(os.open(n,0,dir_fd=d),4096))";
    String empty = "mkdir /arena/d";
    loses(python(open + readAll, empty), Strike.EXCHANGE, Effect.INJECT, Label.PLAIN_FOLLOW);
    holds(python(open + "if os.fstat(d).st_uid!=0: sys.exit('no')\n" + readAll, empty));
  }

  @Test
  void removed() throws Exception {
    String check = "[ ! -e /private/ready ] || [ -s /private/copy ]";
    Case careless = shell("cp /arena/f /private/copy; : > /private/ready", HIS_FILE);
    WindowResult gone = by(Strike.REMOVE, prove(careless.withChecks(check))).getFirst();
    assertEquals(Verdict.EXPLOITED, gone.verdict(), gone::toString);
    Case careful = shell("cp /arena/f /private/copy && : > /private/ready", HIS_FILE);
    List<WindowResult> all = by(Strike.REMOVE, prove(careful.withChecks(check)));
    assertFalse(all.isEmpty());
    all.forEach(w -> assertEquals(Verdict.SURVIVED, w.verdict(), w::toString));
  }

  /** A crash between truncation and writing, and none with a new file in its place. */
  @ParameterizedTest
  @CsvSource({
    "echo new > /private/f,                                        true",
    "echo new > /private/.f && mv -f /private/.f /private/f,       false",
  })
  void killedBeforeEachChange(String program, boolean breaks) throws Exception {
    Case what =
        shell(program, "echo old > /private/f")
            .withIntruders(Intruder.KILL)
            .withChecks("grep -qxE 'old|new' /private/f");
    decides(what, Strike.KILL, breaks);
  }

  /** A lost update: what the counter says must be as many as there are lines. */
  @ParameterizedTest
  @CsvSource({
    "n=$(cat /private/n); echo $((n+1)) > /private/n; echo x >> /private/log, true",
    "exec 9>>/private/lock; flock 9; n=$(cat /private/n); echo $((n+1)) > /private/n;"
        + " echo x >> /private/log, false",
  })
  void copyBetweenReadingAndWriting(String program, boolean breaks) throws Exception {
    TestHost.assumeProgram("flock");
    Case what =
        shell(program, "echo 0 > /private/n; : > /private/log")
            .withIntruders(Intruder.COPY)
            .withChecks("[ \"$(cat /private/n)\" = \"$(wc -l < /private/log)\" ]");
    decides(what, Strike.COPY, breaks);
  }

  private static void decides(Case what, Strike strike, boolean breaks) throws ProveException {
    Proof proof = prove(what);
    assertEquals(
        Set.of(strike),
        Set.copyOf(proof.windows().stream().map(w -> w.window().strike()).toList()),
        proof::toString);
    assertEquals(breaks, proof.count(Verdict.EXPLOITED) > 0, proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }
}
