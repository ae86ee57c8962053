package dev.holdfast.prove.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that run together, with known answers: each fault beside the way that holds. */
@Timeout(600)
@Execution(ExecutionMode.SAME_THREAD)
class PairsTest {
  private static final String COUNT = "n=$(cat n); echo $((n+1)) > n";
  private static final Duration LONG = Duration.ofSeconds(90);

  @BeforeAll
  static void worlds() {
    TestHost.assumeX86();
    TestHost.assumeRoot("programs run in worlds of their own");
    TestHost.assumeProgram("flock");
  }

  private static Case one(String command) {
    return Case.of(List.of("/bin/sh", "-c", "cd /srv/w && " + command))
        .withFresh(Path.of("/srv/w"))
        .withSetup(
            "echo 0 > /srv/w/n; echo a > /srv/w/a; echo b > /srv/w/b; echo 99999 > /srv/w/old")
        .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"));
  }

  private static ScheduleProof twiceInShell(String command) throws ProveException {
    Together how = Together.twice().withBudget(LONG);
    return Prover.schedules(one(command), how, null, Progress.NONE);
  }

  private static ScheduleProof both(String command, String other) throws ProveException {
    Together how = Together.with("cd /srv/w && " + other).withBudget(LONG);
    return Prover.schedules(one(command), how, null, Progress.NONE);
  }

  private static Arguments broken(String name, ScheduleFinding.Kind kind, String a, String b) {
    return Arguments.of(name, kind, a, b);
  }

  static Stream<Arguments> faults() {
    ScheduleFinding.Kind notSerial = ScheduleFinding.Kind.NOT_SERIAL;
    ScheduleFinding.Kind holders = ScheduleFinding.Kind.TWO_HOLDERS;
    String lookThenMake = "if [ -e busy ]; then exit 75; fi; : > busy; " + COUNT + "; rm -f busy";
    String stale =
        "get() { (set -C; : > old) 2>/dev/null; };"
            + " get || { rm -f old; get || exit 75; }; echo x >> log; rm -f old";
    String copy = "cp %s f.tmp && mv f.tmp f";
    String ab = "flock a flock b true";
    String ba = "flock b flock a true";
    return Stream.of(
        broken("a counter", notSerial, COUNT, COUNT),
        broken("look, then make the lock", notSerial, lookThenMake, lookThenMake),
        broken(
            "the lock taken after the read",
            notSerial,
            "n=$(cat n); exec 9>l; flock 9; echo $((n+1)) > n",
            "n=$(cat n); exec 9>l; flock 9; echo $((n+1)) > n"),
        broken("only one of them locks", notSerial, "exec 9>l; flock 9; " + COUNT, COUNT),
        broken("a dead holder's lock broken by name", holders, stale, stale),
        broken("two locks in two orders", ScheduleFinding.Kind.DEADLOCK, ab, ba),
        broken(
            "one temporary name",
            ScheduleFinding.Kind.ABORTED,
            copy.formatted("a"),
            copy.formatted("b")),
        broken("a reader of a file that is rewritten", notSerial, "cat a >out", "echo bb >a"),
        broken("append and rewrite", notSerial, "echo x >>a", "c=$(cat a); echo \"$c y\" >a"),
        broken(
            "two files that belong together",
            notSerial,
            "echo 1 >a; echo 1 >b",
            "read x <a; read y <b; echo $x $y >out"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void isFound(String name, ScheduleFinding.Kind kind, String a, String b) throws ProveException {
    ScheduleProof proof = a.equals(b) ? twiceInShell(a) : both(a, b);
    assertTrue(
        proof.findings().stream().anyMatch(f -> f.kind() == kind), () -> name + ": " + proof);
    ScheduleFinding first =
        proof.findings().stream().filter(f -> f.kind() == kind).findFirst().orElseThrow();
    assertTrue(first.again(), () -> "not the same again: " + first);
    assertTrue(first.preemptions() <= 2, first::toString);
    assertEquals(2, first.turning().size(), first::toString);
    assertNotEquals(
        first.steps().get(first.turning().getFirst()).program(),
        first.steps().get(first.turning().getLast()).program());
    boolean compared = kind == ScheduleFinding.Kind.NOT_SERIAL;
    assertTrue(!compared || !first.outcomes().rows().isEmpty(), first::toString);
    assertTrue(
        first.outcomes().rows().stream().anyMatch(r -> !r.serial().contains(r.here())) || !compared,
        first::toString);
  }

  /** That tasks of one program are not tried against one another is said where there are such. */
  @Test
  void tasksOfOneProgramKeepOneOrder() throws ProveException {
    ScheduleProof several = twiceInShell("(echo a >> n) & (echo b >> n) & wait");
    assertTrue(
        several.notes().toString().contains("A and B have several tasks"), several::toString);
    assertEquals(Extent.BOUNDED, several.claim().extent(), several::toString);
    assertEquals(Integer.MAX_VALUE, several.claim().bound(), several::toString);
    ScheduleProof one = twiceInShell(COUNT);
    assertFalse(one.notes().toString().contains("several tasks"), one::toString);
  }

  /** The calls whose order matters are the ones that people would name. */
  @Test
  void whatMattersIsMarked() throws ProveException {
    assertEquals(
        List.of("read n", "openat n (write, create, truncate)"), turning(twiceInShell(COUNT)));
    String early = "exec 9>l; flock 9; n=$(cat n); flock -u 9; flock 9; echo $((n+1)) > n";
    assertEquals(
        List.of("read n", "openat n (write, create, truncate)"), turning(twiceInShell(early)));
    ScheduleProof crossed = both("flock a flock b true", "flock b flock a true");
    assertEquals(
        List.of("flock a (exclusive)", "flock b (exclusive)"),
        turning(crossed).stream().sorted().toList());
    ScheduleFinding stuck = crossed.findings().getFirst();
    assertEquals(
        List.of(List.of(0), List.of(1)),
        stuck.waits().stream().map(w -> w.holders()).sorted(byNumber()).toList());
    assertTrue(
        stuck.steps().stream().map(s -> s.holds()).toList().contains("/srv/w/a is held by A"));
  }

  private static Comparator<List<Integer>> byNumber() {
    return Comparator.comparing(List::getFirst);
  }

  private static List<String> turning(ScheduleProof proof) {
    ScheduleFinding finding = proof.findings().getFirst();
    return finding.turning().stream()
        .map(i -> finding.steps().get(i))
        .map(s -> s.call() + " " + s.about().replace("/srv/w/", ""))
        .toList();
  }

  private static ScheduleProof thrice(String command, int bound) throws ProveException {
    Together how = Together.twice().withRuns(3).withBound(bound).withBudget(LONG);
    return Prover.schedules(one(command), how, null, Progress.NONE);
  }

  /** The next one locks a file that has no name any more, the third one a new file of that name. */
  @Test
  void threeRunsOfWhoRemovesTheLockFile() throws ProveException {
    String locked = "exec 9>l; flock 9; " + COUNT;
    ScheduleFinding first = thrice(locked + "; rm -f l", 2).findings().getFirst();
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, first.kind());
    assertTrue(first.again(), first::toString);
    ScheduleProof kept = thrice(locked, 1);
    assertEquals(List.of(), kept.findings());
    assertEquals(0, kept.undecided(), kept::toString);
    assertTrue(kept.claim().bound() >= 1, kept::toString);
  }

  /** A circle of three, none of which is one of two. */
  @Test
  void threeLocksInACircle() throws ProveException {
    String other = "cd /srv/w && flock b flock c true";
    Together bad = Together.with(other, "cd /srv/w && flock c flock a true").withBudget(LONG);
    ScheduleProof circle = Prover.schedules(one("flock a flock b true"), bad, null, Progress.NONE);
    ScheduleFinding first = circle.findings().getFirst();
    assertEquals(ScheduleFinding.Kind.DEADLOCK, first.kind());
    assertEquals(3, first.evidence().size(), first::toString);
    Together good = Together.with(other, "cd /srv/w && flock a flock c true").withBudget(LONG);
    ScheduleProof ordered =
        Prover.schedules(one("flock a flock b true"), good.withBound(2), null, Progress.NONE);
    assertEquals(List.of(), ordered.findings());
    assertEquals(0, ordered.undecided(), ordered::toString);
  }

  private static String records(String command, int first, int second) {
    return "perl -MFcntl -e 'open(F, q(+>>), q(r));"
        + " sub l { fcntl(F, "
        + command
        + ", pack(q(s s x4 q q l x4), F_WRLCK, 0, $_[0], 1, 0)) or exit 75 } l("
        + first
        + "); l("
        + second
        + ")'";
  }

  /** The kernel refuses what closes a circle of record locks; of open files' locks it does not. */
  @Test
  void aCircleOfRecordLocksIsRefused() throws ProveException {
    TestHost.assumeProgram("perl");
    ScheduleProof refused = both(records("F_SETLKW", 0, 1), records("F_SETLKW", 1, 0));
    assertEquals(List.of(), refused.findings());
    assertTrue(
        refused.observations().stream().anyMatch(each -> each.startsWith("GAVE_UP")),
        refused::toString);
    String openFiles = "38";
    assertEquals(
        ScheduleFinding.Kind.DEADLOCK,
        first(both(records(openFiles, 0, 1), records(openFiles, 1, 0))));
  }

  private static ScheduleFinding.Kind first(ScheduleProof proof) {
    assertTrue(!proof.findings().isEmpty(), proof::toString);
    ScheduleFinding found = proof.findings().getFirst();
    assertTrue(found.again(), () -> "not the same again: " + found);
    return found.kind();
  }

  /** Each gives way to the other, and neither ever goes; one that does not give way helps both. */
  @Test
  void politeForEver() throws ProveException {
    String polite =
        "while :; do : > %1$s; [ -e %2$s ] || break; rm %1$s; sleep 1; done; echo x >> a; rm %1$s";
    String firm = ": > f1; until [ ! -e f2 ]; do sleep 1; done; echo x >> a; rm f1";
    ScheduleProof bad = both(polite.formatted("f1", "f2"), polite.formatted("f2", "f1"));
    assertEquals(ScheduleFinding.Kind.LIVELOCK, first(bad));
    ScheduleProof again =
        Prover.schedules(
            one(polite.formatted("f1", "f2")),
            Together.with("cd /srv/w && " + polite.formatted("f2", "f1")),
            bad.findings().getFirst().replay(),
            Progress.NONE);
    assertEquals(ScheduleFinding.Kind.LIVELOCK, first(again));
    Together how = Together.with("cd /srv/w && " + polite.formatted("f2", "f1")).withBound(1);
    ScheduleProof good = Prover.schedules(one(firm), how, null, Progress.NONE);
    assertEquals(List.of(), good.findings());
    assertEquals(0, good.undecided(), good::toString);
  }

  /** Neither gives way, and neither does anything for the other one. */
  @Test
  void eachWaitsForTheOther() throws ProveException {
    String firm = ": > %1$s; until [ ! -e %2$s ]; do sleep 1; done; echo x >> a; rm %1$s";
    assertEquals(
        ScheduleFinding.Kind.LIVELOCK,
        first(both(firm.formatted("f1", "f2"), firm.formatted("f2", "f1"))));
    String patient = "i=0; until [ ! -e f1 ]; do i=$((i+1)); [ $i -lt 9 ] || break; sleep 1; done";
    Together how = Together.with("cd /srv/w && " + patient).withBound(1);
    ScheduleProof good =
        Prover.schedules(one(firm.formatted("f1", "f2")), how, null, Progress.NONE);
    assertEquals(List.of(), good.findings());
    assertEquals(0, good.undecided(), good::toString);
  }

  /** The second one to remove a tree fails in either order, and may stumble anywhere in it. */
  @Test
  void wordsOfAFailure() throws ProveException {
    Case remove = one("rm -r d").withSetup("mkdir -p /srv/w/d/e; : > /srv/w/d/e/f");
    Together twice = Together.twice().withBudget(LONG);
    ScheduleProof both = Prover.schedules(remove, twice, null, Progress.NONE);
    assertEquals(List.of(), both.findings());
    assertTrue(
        both.observations().stream().anyMatch(o -> o.contains("other words")), both::toString);
    Together make = Together.with("touch /srv/w/d/new").withBudget(LONG);
    ScheduleProof failed = Prover.schedules(remove, make, null, Progress.NONE);
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, first(failed));
  }

  /** Hours of sleep take no time, and hide nothing if they may end at any time. */
  @Test
  void sleepsAreSkipped() throws ProveException {
    String writer = "echo 1 >a; sleep 5000; echo 1 >b";
    String reader = "read x <a; read y <b; echo $x $y >out; sleep 9999";
    Together how = Together.with("cd /srv/w && " + reader).withBudget(LONG);
    ScheduleProof any = Prover.schedules(one(writer), how.withAnyTime(true), null, Progress.NONE);
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, first(any));
    String whole = "sleep 5000; (echo 1; echo 1) >c; mv c a";
    ScheduleProof kept = Prover.schedules(one(whole), how.withAnyTime(true), null, Progress.NONE);
    assertEquals(List.of(), kept.findings());
  }

  /** A time-out ends a wait only where nobody could go on: then it is no deadlock. */
  @Test
  void timeOutsComeLast() throws ProveException {
    ScheduleProof one = twiceInShell("exec 9>l; flock -w 1 9 || exit 75; " + COUNT);
    assertEquals(List.of(), one.findings());
    assertTrue(one.observations().stream().noneMatch(o -> o.startsWith("GAVE_UP")), one::toString);
    String wait = "flock %s flock -w 3 %s true || exit 75";
    ScheduleProof crossed = both(wait.formatted("a", "b"), wait.formatted("b", "a"));
    assertEquals(List.of(), crossed.findings());
    assertTrue(
        crossed.observations().stream().anyMatch(o -> o.startsWith("GAVE_UP")), crossed::toString);
  }

  /** What never ends by itself is nothing to compare with. */
  @Test
  void endlessAlone() {
    Case what = one("while :; do echo x >>a; done").withTimeout(Duration.ofSeconds(2));
    ProveException refused =
        assertThrows(
            ProveException.class,
            () -> Prover.schedules(what, Together.twice(), null, Progress.NONE));
    assertTrue(refused.getMessage().contains("one after the other"), refused::getMessage);
    assertTrue(!refused.isWrongUse(), refused::getMessage);
  }

  /** What is compared can be said: what a command prints, or all but some names. */
  @Test
  void viewsAndIgnoredNames() throws ProveException {
    String noisy = "echo line >>a; " + COUNT;
    Together twice = Together.twice().withBudget(LONG);
    Together sorted = twice.withViews(List.of("cd /srv/w; sort a; echo ok"));
    assertEquals(List.of(), Prover.schedules(one(noisy), sorted, null, Progress.NONE).findings());
    Together counted = twice.withViews(List.of("cat /srv/w/n"));
    ScheduleProof lost = Prover.schedules(one(noisy), counted, null, Progress.NONE);
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, first(lost));
    assertTrue(
        lost.findings().getFirst().evidence().getFirst().contains("cat /srv/w/n"), lost::toString);
    Together less = twice.withIgnored(List.of(Path.of("/srv/w/n")));
    assertEquals(List.of(), Prover.schedules(one(noisy), less, null, Progress.NONE).findings());
    Together other = twice.withIgnored(List.of(Path.of("/srv/w/no")));
    assertEquals(
        ScheduleFinding.Kind.NOT_SERIAL,
        first(Prover.schedules(one(noisy), other, null, Progress.NONE)));
  }

  private static final String PYTHON = "import json\nd=json.load(open('/srv/w/j'))\nd['n']+=1\n";
  private static final String PERL =
      "%s open(F,'/srv/w/n'); $n=<F>; close F; open(F,'>','/srv/w/n'); print F $n+1,qq(\n);";
  private static final String PERL_LOCK = "open(L,'>>','/srv/w/l'); flock(L,2) or die;";

  private static ScheduleProof twice(String... argv) throws ProveException {
    Case what =
        Case.of(List.of(argv))
            .withFresh(Path.of("/srv/w"))
            .withSetup("echo 0 > /srv/w/n; echo '{\"n\":0}' > /srv/w/j");
    Together how = Together.twice().withBudget(LONG).withBound(1);
    return Prover.schedules(what, how, null, Progress.NONE);
  }

  @Test
  void python() throws ProveException {
    TestHost.assumeProgram("python3");
    String inPlace = PYTHON + "json.dump(d,open('/srv/w/j','w'))";
    ScheduleProof bad = twice("python3", "-c", inPlace);
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, bad.findings().getFirst().kind());
    String locked = "import fcntl\nl=open('/srv/w/l','a')\nfcntl.flock(l,fcntl.LOCK_EX)\n";
    assertEquals(List.of(), twice("python3", "-c", locked + inPlace).findings());
  }

  @Test
  void perl() throws ProveException {
    TestHost.assumeProgram("perl");
    ScheduleProof bad = twice("perl", "-e", PERL.formatted(""));
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, bad.findings().getFirst().kind());
    assertEquals(List.of(), twice("perl", "-e", PERL.formatted(PERL_LOCK)).findings());
  }

  /** A record lock is lost when any descriptor of the file is closed; an OFD lock is not. */
  @Test
  void lockLostByClosing(@TempDir Path directory) throws Exception {
    TestHost.assumeProgram("cc");
    String source =
        """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        int main(void) {
          struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
          int fd = open("/srv/w/n", O_RDWR);
          if (fcntl(fd, COMMAND, &lock) != 0) return 2;
          close(open("/srv/w/n", O_RDONLY));
          char text[20] = "";
          if (pread(fd, text, 19, 0) < 0) return 3;
          int length = sprintf(text, "%d\\n", atoi(text) + 1);
          return pwrite(fd, text, length, 0) == length ? 0 : 4;
        }
        """;
    Path bad = TestHost.compileText(directory, "posix", source, "-DCOMMAND=F_SETLKW");
    Path good = TestHost.compileText(directory, "ofd", source, "-DCOMMAND=F_OFD_SETLKW");
    ScheduleProof lost = twice(bad.toString());
    assertEquals(ScheduleFinding.Kind.NOT_SERIAL, lost.findings().getFirst().kind());
    ScheduleProof kept = twice(good.toString());
    assertEquals(List.of(), kept.findings());
    assertEquals(0, kept.undecided(), kept::toString);
  }

  @Test
  void aFindingIsFoundAgainByItsId() throws ProveException {
    Case what = one(COUNT);
    ScheduleFinding first = twiceInShell(COUNT).findings().getFirst();
    ScheduleFinding again =
        Prover.schedules(what, Together.twice(), first.replay(), Progress.NONE)
            .findings()
            .getFirst();
    assertEquals(first.steps(), again.steps());
    assertEquals(first.evidence(), again.evidence());
    for (String id : List.of("", "x", "A1C1", "A", "1A")) {
      ProveException refused =
          assertThrows(
              ProveException.class,
              () -> Prover.schedules(what, Together.twice(), id, Progress.NONE));
      assertTrue(refused.isWrongUse(), id);
    }
  }

  static Stream<Arguments> held() {
    String ab = "flock a flock b true";
    String own = "t=$(mktemp t.XXXXXX) && cp %s $t && mv $t f";
    return Stream.of(
        Arguments.of("a counter under flock", "exec 9>l; flock 9; " + COUNT, null),
        Arguments.of("a counter under flock(1)", "flock l sh -c '" + COUNT + "'", null),
        Arguments.of(
            "who does not get the name goes away",
            "mkdir d 2>/dev/null || exit 75; " + COUNT + "; rmdir d",
            null),
        Arguments.of(
            "the same with O_EXCL",
            "set -C; { : > l; } 2>/dev/null || exit 75; set +C; " + COUNT + "; rm l",
            null),
        Arguments.of(
            "until the name is had",
            "until mkdir d 2>/dev/null; do sleep 1; done; " + COUNT + "; rmdir d",
            null),
        Arguments.of("busy is an answer", "exec 9>l; flock -n 9 || exit 75; " + COUNT, null),
        Arguments.of(
            "who gives up has made the file that the other one then writes to",
            "exec 9>>pid; flock -n 9 || exit 75; echo $$ > pid; " + COUNT,
            null),
        Arguments.of("two locks in one order", ab, ab),
        Arguments.of("two who append", "echo \"from $$\" >>a", null),
        Arguments.of("temporary names of their own", own.formatted("a"), own.formatted("b")),
        Arguments.of("a reader of a file that is replaced", "cat a >out", "echo b >t; mv t a"),
        Arguments.of("a date in the log", "date +%s%N >>log", null),
        Arguments.of("nothing in common", "echo 1 >a", "echo 1 >b"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("held")
  void isSilent(String name, String a, String b) throws ProveException {
    ScheduleProof proof = b == null || a.equals(b) ? twiceInShell(a) : both(a, b);
    assertEquals(List.of(), proof.findings(), name);
    assertEquals(0, proof.undecided(), () -> name + ": " + proof);
    assertEquals(Extent.COMPLETE, proof.claim().extent(), () -> name + ": " + proof);
  }
}
