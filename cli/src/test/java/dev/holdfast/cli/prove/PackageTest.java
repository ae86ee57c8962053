package dev.holdfast.cli.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.cli.CommandRun;
import dev.holdfast.cli.FakeEngine;
import dev.holdfast.cli.Proofs;
import dev.holdfast.cli.Schemas;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.prove.Account;
import dev.holdfast.prove.Arena;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Prover;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages, made here and proved: each maintainer script that loses beside one that holds. */
class PackageTest {
  private static final Account SVC = new Account("svc", 4711, 4711, List.of());

  /** Makes the user in the world, as adduser(8) would. */
  private static final String SCRIPT =
      """
      #!/bin/sh
      set -e
      grep -q ^svc: /etc/passwd || echo 'svc:x:4711:4711::/:/bin/false' >> /etc/passwd
      """;

  private final Path directory;

  PackageTest(@TempDir Path directory) {
    this.directory = directory;
    Requirements.program("dpkg-deb");
  }

  private static void worlds() {
    Requirements.root("dpkg is run as root");
    Requirements.program("dpkg");
    Requirements.nothingAgainst(Prover.whyNot());
  }

  /**
   * A package that is called svc.
   *
   * @param scripts the name and the text of each, one after the other
   */
  private Path deb(String version, String... scripts) throws Exception {
    Path tree = directory.resolve("tree-" + version);
    Path control = Files.createDirectories(tree.resolve("DEBIAN"));
    Files.writeString(
        control.resolve("control"),
        "Package: svc\nVersion: "
            + version
            + "\nArchitecture: all\nMaintainer: Nobody <nobody@example.com>\n"
            + "Depends: no-such-package\nDescription: for a test\n");
    Files.writeString(
        Files.createDirectories(tree.resolve("usr/share/svc")).resolve("readme"), "hello\n");
    for (int i = 0; i < scripts.length; i += 2) {
      Path script = Files.writeString(control.resolve(scripts[i]), scripts[i + 1]);
      assertTrue(script.toFile().setExecutable(true, false));
    }
    Path file = directory.resolve("svc_" + version + "_all.deb");
    Commands.run("dpkg-deb", "--root-owner-group", "--build", tree.toString(), file.toString());
    return file;
  }

  private CommandRun prove(Path file, String... more) {
    List<String> all = new ArrayList<>(List.of("--package=" + file));
    all.addAll(List.of(more));
    return CommandRun.of("prove", new ProveCommand(), all.toArray(String[]::new));
  }

  private static JsonNode json(CommandRun run) throws IOException {
    return new ObjectMapper().readTree(run.out());
  }

  /** The steps and what each came to. */
  private static List<String> outcomes(JsonNode all) {
    return StreamSupport.stream(all.path("cases").spliterator(), false)
        .map(
            one ->
                one.path("case").textValue().replaceFirst(".*: ", "")
                    + " "
                    + one.path("conclusion").textValue())
        .toList();
  }

  private static List<String> outcomes(String... conclusions) {
    return Stream.of(conclusions).toList();
  }

  /** What maintainer scripts do to a directory that they gave away. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cd /var/lib; mkdir -p svc; chown svc svc; touch svc/state; chown svc svc/state\n",
        "install -d -o svc /var/lib/svc\necho on > /var/lib/svc/state\n",
        "install -d -o svc /var/lib/svc\nmkdir -p /var/lib/svc/d\nchmod 755 /var/lib/svc/d\n",
        "mkdir -p -m 1777 /var/lib/svc\nrm -f /var/lib/svc/pid\necho $$ > /var/lib/svc/pid\n",
      })
  void whatIsDoneByNameInADirectoryOfAnothersIsBroken(String postinst) throws Exception {
    worlds();
    Path file = deb("1.0", "postinst", SCRIPT + postinst);
    JsonNode all = json(prove(file, "--json", "--quiet", "--step=install", "--step=upgrade"));
    assertEquals(outcomes("install BROKEN", "upgrade BROKEN"), outcomes(all), all::toString);
    assertEquals("/var/lib/svc", all.at("/package/arenas/0/directory").textValue(), all::toString);
  }

  /** The controls of the above: the same work, and nothing that is the user's is named by root. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkdir -p /var/lib/svc\nchown svc /var/lib/svc\n",
        "install -d -o svc -m 750 /var/lib/svc\n",
        "install -d -o svc /var/lib/svc; setpriv --reuid=4711 --clear-groups touch"
            + " /var/lib/svc/f\n",
        "mkdir -p /var/lib/svc\ntouch /var/lib/svc/state\nchown svc /var/lib/svc/state\n",
        "",
      })
  void whatIsDoneByTheUserOrBeforeItIsGivenAwayHolds(String postinst) throws Exception {
    worlds();
    Path file = deb("1.0", "postinst", SCRIPT + postinst);
    CommandRun run = prove(file, "--json", "--quiet");
    assertEquals(
        outcomes("install HOLDS", "upgrade HOLDS", "remove HOLDS", "purge HOLDS"),
        outcomes(json(run)),
        run::out);
    assertEquals(ExitCode.OK, run.exit());
    Schemas.check("prove-cases", run.out());
  }

  /**
   * A second look finds what was planted between two runs; only protected_hardlinks(5) is in the
   * way.
   */
  @Test
  void aTreeThatIsGivenAwayAgainIsHeldByASettingAtMost() throws Exception {
    worlds();
    Path file =
        deb("1.0", "postinst", SCRIPT + "mkdir -p /var/lib/svc\nchown -R svc /var/lib/svc\n");
    CommandRun upgrade = prove(file, "--json", "--quiet", "--step=upgrade");
    assertTrue(upgrade.exit() != ExitCode.OK, upgrade::out);
    JsonNode windows = json(upgrade).at("/cases/0/proof/windows");
    assertTrue(
        StreamSupport.stream(windows.spliterator(), false)
            .anyMatch(
                window ->
                    window.path("blockedBy").toString().contains("hardlinks")
                        || window.path("verdict").textValue().equals("EXPLOITED")),
        upgrade::out);
  }

  @Test
  void eachStepIsAttackedAtItsOwnScripts() throws Exception {
    worlds();
    String works = "echo x >> /var/lib/svc/log\n";
    Path file =
        deb(
            "1.0",
            "postinst",
            SCRIPT + "install -d -o svc /var/lib/svc\n",
            "prerm",
            SCRIPT + works,
            "postrm",
            SCRIPT + "[ \"$1\" != purge ] || " + works);
    Path sarif = directory.resolve("r.sarif");
    CommandRun run = prove(file, "--sarif=" + sarif);
    assertEquals(ExitCode.NO, run.exit(), run::err);
    assertTrue(run.out().contains("== " + file + ": purge\n"), run::out);
    assertTrue(run.out().contains("  at        " + file + "/prerm:4\n"), run::out);
    assertTrue(run.out().contains("  at        " + file + "/postrm:4\n"), run::out);
    assertTrue(run.out().contains(": install  held\n"), run::out);
    assertTrue(run.out().contains("--step purge --attacker svc --replay "), run::out);
    JsonNode results = new ObjectMapper().readTree(sarif.toFile()).at("/runs/0/results");
    assertTrue(
        StreamSupport.stream(results.spliterator(), false)
            .anyMatch(
                each ->
                    each.at("/locations/0/physicalLocation/artifactLocation/uri")
                        .textValue()
                        .endsWith("_all.deb/prerm")),
        results::toString);
  }

  @Test
  void aReplayOfAStepIsThatWindow() throws Exception {
    worlds();
    Path file =
        deb("1.0", "postinst", SCRIPT + "install -d -o svc /var/lib/svc\n: > /var/lib/svc/state\n");
    JsonNode first = json(prove(file, "--json", "--quiet", "--step=upgrade"));
    String id =
        StreamSupport.stream(first.at("/cases/0/proof/windows").spliterator(), false)
            .filter(window -> window.path("verdict").textValue().equals("EXPLOITED"))
            .map(window -> window.path("id").textValue())
            .findFirst()
            .orElseThrow();
    CommandRun again =
        prove(file, "--json", "--quiet", "--step=upgrade", "--attacker=svc", "--replay=" + id);
    assertEquals(ExitCode.NO, again.exit(), again::err);
    assertEquals(1, json(again).at("/cases/0/proof/windows").size(), again::out);
  }

  /** What the old version left, and how the new one goes on with it. */
  @Test
  void anUpgradeComesFromTheOlderOne() throws Exception {
    worlds();
    Path older = deb("1.0", "postinst", SCRIPT + "install -d -o svc /var/lib/svc\n");
    Path newer = deb("2.0", "postinst", SCRIPT + "[ ! -d /var/lib/svc ] || : > /var/lib/svc/new\n");
    CommandRun alone = prove(newer, "--json", "--quiet", "--step=upgrade");
    assertEquals(ExitCode.OK, alone.exit(), alone::out);
    CommandRun from =
        prove(newer, "--upgrade-from=" + older, "--json", "--quiet", "--step=upgrade");
    assertEquals(ExitCode.NO, from.exit(), from::out);
    assertEquals("1.0", json(from).at("/package/upgradedFrom").textValue());
  }

  /** A package that does not come to its work is not called good. */
  @ParameterizedTest
  @ValueSource(strings = {"false\n", "adduser --system --nosuch x\n", "exit 7\n"})
  void aPostinstThatFailsAtItsFirstCommandDecidesNothing(String first) throws Exception {
    worlds();
    Path file = deb("1.0", "postinst", "#!/bin/sh\nset -e\n" + first + ": > /tmp/x\n");
    Path sarif = directory.resolve("r.sarif");
    Path junit = directory.resolve("r.xml");
    CommandRun run = prove(file, "--quiet", "--sarif=" + sarif, "--junit=" + junit);
    assertEquals(ExitCode.UNDECIDED, run.exit(), run::out);
    assertTrue(run.err().contains("install: not decided: undisturbed, 'dpkg "), run::err);
    assertTrue(run.err().contains(" ended with 1: "), run::err);
    JsonNode log = new ObjectMapper().readTree(sarif.toFile());
    assertFalse(log.at("/runs/0/invocations/0/executionSuccessful").booleanValue());
    assertTrue(Files.readString(junit).contains("errors=\"4\""));
  }

  @Test
  void nothingOfItIsOnTheHost() throws Exception {
    worlds();
    Path file = deb("1.0", "postinst", SCRIPT + "install -d -o svc /var/lib/svc\n");
    assertEquals(ExitCode.OK, prove(file, "--quiet").exit());
    assertTrue(Files.notExists(Path.of("/var/lib/svc")));
    assertTrue(Files.notExists(Path.of("/var/lib/dpkg/info/svc.list")));
    assertFalse(Files.readString(Path.of("/etc/passwd")).contains("svc:x:4711"));
  }

  // --- what is asked, without worlds
  // ---------------------------------------------------------------

  private final FakeEngine engine = new FakeEngine(Proofs.of());

  private CommandRun ask(Path file, String... more) {
    List<String> all = new ArrayList<>(List.of("--package=" + file));
    all.addAll(List.of(more));
    return CommandRun.of("prove", new ProveCommand(engine), all.toArray(String[]::new));
  }

  @Test
  void eachOwnerOfADirectoryAttacksEachStep() throws Exception {
    Path file = deb("1.0");
    engine.leaving(
        new Arena("/var/lib/svc", SVC),
        new Arena("/var/lib/svc/other", new Account("other", 4712, 4712, List.of())),
        new Arena("/var/spool/svc", SVC),
        new Arena("/var/lib/svc/open", null));
    CommandRun run = ask(file);
    assertTrue(run.out().endsWith("8 cases: 8 as expected, 0 not, 0 not decided\n"), run::out);
    assertTrue(run.out().contains("== " + file + ": install, against svc\n"), run::out);
    assertTrue(run.err().contains("/var/lib/svc/open (everybody)"), run::err);
    List<String> attackers =
        engine.allAsked().stream().skip(1).map(Case::attacker).distinct().toList();
    assertEquals(List.of("svc", "other"), attackers);

    CommandRun one = ask(file, "--attacker=4712", "--step=purge");
    assertTrue(one.out().endsWith("1 case: 1 as expected, 0 not, 0 not decided\n"), one::out);
    assertEquals("other", engine.asked().attacker());
    assertTrue(engine.asked().argv().containsAll(List.of("--purge", "svc")));
  }

  @Test
  void oneThatNobodyOwnsAnythingOfIsAttackedByWhoeverUsuallyDoes() throws Exception {
    ask(deb("1.0"), "--step=install");
    assertEquals("nobody", engine.asked().attacker());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --arena=/x         | --arena
          --as=nobody        | --as
          --until=80         | --until
          --client=true      | --client
          --twice            | --twice and its like
          true               | CMD
          """)
  void whatAPackageSaysItselfIsRefused(String option, String named) throws Exception {
    ask(deb("1.0"), option)
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: --package: says what is run and who attacks: it cannot be combined"
                + " with "
                + named);
  }

  @Test
  void whatIsNoPackageIsRefused() throws Exception {
    Path none = directory.resolve("none.deb");
    ask(none)
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: --package "
                + none
                + ": no such file or directory (ENOENT); name a .deb");
    ask(directory)
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: --package " + directory + ": is not a regular file; name a .deb");
    Path text = Files.writeString(directory.resolve("text.deb"), "no archive");
    assertTrue(ask(text).err().contains("is not a Debian package: dpkg-deb: error:"));
    CommandRun.of("prove", new ProveCommand(engine), "--step=purge", "--", "true")
        .assertRefused(ExitCode.USAGE, "holdfast prove: --step: says nothing without --package");
    assertEquals(ExitCode.USAGE, ask(deb("1.0"), "--step=puge").exit());
    ask(deb("1.0"), "--replay=x")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: --replay: is about one case: give one --step, and one --attacker of"
                + " several");
  }
}
