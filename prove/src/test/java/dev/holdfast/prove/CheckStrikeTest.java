package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Label;
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

/** Strikes at calls that only look, since they decide on which way a program goes on. */
class CheckStrikeTest {
  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Proof prove(List<String> command, String... setup) throws ProveException {
    return Prover.prove(
        Case.of(command)
            .withDirectory(Path.of("/"))
            .withArena(Path.of("/arena"))
            .withFresh(Path.of("/private"))
            .withSetup(setup),
        Progress.NONE);
  }

  private static Proof shell(String line, String... setup) throws ProveException {
    return prove(List.of("/bin/sh", "-c", line), setup);
  }

  private static void loses(Proof proof, Effect effect) {
    assertTrue(
        proof.windows().stream()
            .anyMatch(w -> w.label() == Label.PLAIN_FOLLOW && w.effects().contains(effect)),
        proof::toString);
  }

  private static void holds(Proof proof) {
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(!proof.windows().isEmpty(), proof::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "[ -f /arena/conf ] && . /arena/conf; true,                                     EXEC",
    "cd /arena; PATH=.:$PATH; ls > /dev/null,                                       EXEC",
    "cd /arena; for f in *; do id -u \"$f\" && chown \"$f\" \"$f\"; done; true,     META",
    "for f in /arena/*; do [ -f \"$f\" ] && sh \"$f\"; done; true,                  EXEC",
    "for f in /arena/*.sh; do [ -f \"$f\" ] && . \"$f\"; done; true,                EXEC",
    "for f in /arena/*.log; do [ -e \"$f\" ] && chmod 666 \"$f\"; done; true,       META",
    "for d in /arena/*/; do [ -d \"$d\" ] && touch $d/mark; done; true,             CREATE",
    "[ -f /arena/a/conf ] && . /arena/a/conf; true,                                 EXEC",
    "cd /arena/a 2> /dev/null && . ./conf; true,                                    EXEC",
    "cd /arena/a 2> /dev/null && rm -f state/pid; true,                             DELETE",
    "find /arena/a -name '*.sh' -exec sh {} + 2> /dev/null; true,                   EXEC",
    "[ -d /arena/a/b ] && [ -f /arena/a/b/conf ] && . /arena/a/b/conf; true,        EXEC",
    "{ . /arena/a/b/conf; } 2> /dev/null; true,                                     EXEC",
    "for f in /arena/a/b/*.sh; do [ -f \"$f\" ] && . \"$f\"; done; true,            EXEC",
    "chmod 600 /arena/a/b 2> /dev/null; true,                                       META",
    "cd /arena; rm a/b/f 2> /dev/null; true,                                        DELETE",
    "cp /arena/a/b /private/copy 2> /dev/null; true,                                LEAK",
    "find /arena -mtime +7 -name '*.log' -exec chown bin {} +,                      META",
    "find /arena -mmin -5 -user nobody -exec chown bin {} +,                         META",
    "for d in /arena/*/; do [ -L \"${d%/}\" ] || echo x >> \"$d/x\"; done; true,      WRITE",
  })
  void whatIsNotThereComes(String line, Effect effect) throws Exception {
    loses(shell(line), effect);
  }

  @ParameterizedTest
  @CsvSource({
    "[ -f /arena/conf ] && exit 1; true",
    "[ -f /arena/a/b/conf ] && exit 1; true",
    "[ -d /arena/a/b ] && ls /arena/a/b > /dev/null; true",
    "cd /arena; PATH=$PATH:/nonexistent; ls > /dev/null",
    "cd /arena; for f in *; do id -u \"$f\" && chown -h \"$f\" \"$f\"; done; true",
    "cd /arena/a 2> /dev/null && ls > /dev/null; true",
    "cp -a /arena /private/copy",
    "for f in /arena/*.sh; do [ -O \"$f\" ] && chmod -R a-w /private; done; true",
    "for f in /arena/*.log; do [ -e \"$f\" ] && rm \"$f\"; done; true",
  })
  void whoOnlyLooksHolds(String line) throws Exception {
    Proof proof = shell(line);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  /** A file that is moved, or gets another name, keeps its contents and its owner. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mv /arena/f /root/taken",
        "mv /arena/f /root/",
        "ln /arena/f /root/taken",
        "mv /arena/d /root/taken",
        "mv /arena/d/g /root/taken",
      })
  void whatIsMovedAwayMayBeTheAttackers(String line) throws Exception {
    loses(shell(line, "cd /arena; echo f > f; mkdir d; echo g > d/g"), Effect.INJECT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mv -T /arena/f /arena/e",
        "mv -T /arena/f /private/f",
        "ln /arena/missing /arena/new 2> /dev/null; true",
      })
  void whatIsTheAttackersOrStaysThereMayBeMoved(String line) throws Exception {
    Proof proof = shell(line, "echo f > /arena/f; chown nobody /arena/f");
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  private static final String LINKS =
      "mkdir -p /opt/app/v1 /opt/rel/v1; echo : > /opt/app/v1/conf; cp /bin/true /opt/app/v1/run;"
          + " cd /arena; ln -s /opt/app/v1/conf file; ln -s /opt/app/v1 dir; ln -s v1 rel; chown -h"
          + " nobody *; ln -s /opt/app/v1/conf roots; ln -s /opt/app/v1 roots-dir";

  /** The link is the attacker's to change, and what it leads to is not. */
  @ParameterizedTest
  @CsvSource({
    ". /arena/file,                               EXEC",
    "/arena/dir/run,                              EXEC",
    "/arena/prog,                                 EXEC",
    "cd /arena/dir && sh ./conf,                  EXEC",
    ". /root/far,                                 EXEC",
    "echo x >> /arena/file,                       WRITE",
    "[ -f /arena/file ] && echo x > /arena/file,  WRITE",
    "truncate -s 0 /arena/file,                   WRITE",
    "chmod 600 /arena/file,                       META",
    "chmod 700 /arena/dir,                        META",
    "cp /arena/roots /root/taken,                 INJECT",
  })
  void whereALinkLeadsIsTheAttackers(String line, Effect effect) throws Exception {
    loses(
        shell(
            line,
            LINKS,
            "cd /arena; ln -s /opt/app/v1/run prog; chown -h nobody prog; ln -s /arena/file"
                + " /root/far"),
        effect);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chown -h nobody /arena/dir",
        "cat /arena/file > /dev/null; ls /arena/dir/ > /dev/null",
        // What the attacker's own link leads to is the attacker's choice anyway.
        "umask 077; rm /arena/roots*; tar cf /root/archive /arena",
        "umask 077; t=$(readlink /arena/dir) && cp \"$t/conf\" /root/taken",
      })
  void whoOnlyReadsALinkOrPassesItByHolds(String line) throws Exception {
    Proof proof = shell(line, LINKS);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
  }

  /** What a link says is believed, and the link not come by again. */
  @ParameterizedTest
  @CsvSource({
    "t=$(readlink /arena/file) && . \"$t\",                          EXEC",
    "t=$(readlink -f /arena/file) && . \"$t\",                       EXEC",
    "t=$(readlink /arena/dir) && cd \"$t\" && ./run,                 EXEC",
    "t=$(realpath /arena/dir) && \"$t/run\",                         EXEC",
    "t=$(readlink /arena/roots-dir) && cp \"$t/conf\" /root/taken,   INJECT",
    "t=$(readlink /arena/rel) && rm -rf \"/opt/rel/$t\",             DELETE",
    "t=$(readlink /arena/file) && rm -f \"$t\",                      DELETE",
  })
  void whatALinkSaysIsUsed(String line, Effect effect) throws Exception {
    loses(shell(line, LINKS), effect);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "readlink /arena/file; readlink -f /arena/dir; ls -l /arena > /dev/null",
        "[ \"$(readlink /arena/file)\" = /opt/app/v1/conf ] && . /opt/app/v1/conf; true",
        "t=$(readlink /arena/rel); case $t in v[0-9]) rm -rf \"/opt/rel/$t\";; esac",
      })
  void whatALinkSaysIsLookedAt(String line) throws Exception {
    holds(shell(line, LINKS));
  }

  /** Python lists the directories that it searches, and asks for no name that is in none. */
  @ParameterizedTest
  @ValueSource(strings = {"random", "json"})
  void moduleBesideTheOneThatIsFound(String module) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no /usr/bin/python3");
    loses(shell("cd /arena; /usr/bin/python3 -c 'import " + module + "'"), Effect.EXEC);
    Proof isolated = shell("cd /arena; /usr/bin/python3 -I -c 'import " + module + "'");
    assertEquals(0, isolated.count(Verdict.EXPLOITED), isolated::toString);
  }

  /** What it looks at, and what it then takes, are two. */
  @ParameterizedTest
  @CsvSource({
    "[ -O /arena/own ] && . /arena/own,                                    EXEC",
    "grep -q '^echo fine$' /arena/his && . /arena/his,                     EXEC",
    "cmp -s /arena/his /root/good && cat /arena/his > /root/taken,           INJECT",
    "[ -O /arena/link ] && . /arena/link,                                  EXEC",
  })
  void verifiedAndThenUsed(String line, Effect effect) throws Exception {
    Proof proof =
        shell(
            line,
            "cd /arena; echo echo fine | tee own his > /root/good; chown nobody his;"
                + " ln -s own link; chown -h nobody link");
    assertTrue(
        proof.windows().stream()
            .anyMatch(w -> w.label() == Label.RACE && w.effects().contains(effect)),
        proof::toString);
  }

  /** The attacker may have any contents there: to take them is not a fault. */
  @Test
  void hisOwnContentsTakenAreHis() throws Exception {
    String setup = "cd /arena; echo his > his; chown nobody his";
    holds(shell("umask 077; [ -f /arena/his ] && cat /arena/his > /root/log", setup));
    holds(
        shell(
            "umask 077; cp /arena/his /root/copy && grep -q his /root/copy && cp /root/copy"
                + " /root/taken",
            setup));
  }

  @Test
  void createUnlessItExists() throws Exception {
    String setup = "echo old > /arena/f; chown nobody /arena/f";
    loses(
        shell("f=/arena/f; [ -e $f ] || { echo new > $f; chown nobody $f; }", setup),
        Effect.CREATE);
    holds(shell("f=/arena/f; [ -e $f ] || { set -C; echo new > $f; }", setup));
  }

  private static final String LOOKS_TWICE =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <unistd.h>
      #include <sys/stat.h>
      int main(int c, char **v) {
        struct stat a, b;
        if (lstat(v[1], &a) || !S_ISREG(a.st_mode) || a.st_nlink != 1) return 1;
        int fd = open(v[1], O_RDONLY|O_NOFOLLOW|O_NONBLOCK);
        if (fd < 0 || fstat(fd, &b) || a.st_ino != b.st_ino || a.st_dev != b.st_dev) return 1;
        if (%s) return 1;
        return fchown(fd, 65534, 65534) != 0;
      }
      """;

  /** A swap in mid-run is noticed; what was there before the first look is not. */
  @Test
  void sameObjectAtBothLooks(@TempDir Path directory) throws Exception {
    String setup = "mkdir /arena/d; touch /arena/d/f; chown -R nobody /arena/d";
    Path loses = TestHost.compileText(directory, "twice", LOOKS_TWICE.formatted("0"));
    loses(prove(List.of(loses.toString(), "/arena/d/f"), setup), Effect.META);
    String owner = LOOKS_TWICE.formatted("b.st_uid != 65534");
    Path holds = TestHost.compileText(directory, "owner", owner);
    holds(prove(List.of(holds.toString(), "/arena/d/f"), setup));
  }
}
