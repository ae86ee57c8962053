package dev.holdfast.cli.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.cli.CommandRun;
import dev.holdfast.cli.FakeEngine;
import dev.holdfast.cli.Proofs;
import dev.holdfast.cli.command.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Several cases in one run, what is expected of them, and what is known. */
class ProveCasesTest {
  private final Path directory;
  private final FakeEngine engine =
      new FakeEngine(Proofs.of())
          .of("good", Proofs.of())
          .of("bad", Proofs.of(Proofs.race("r1", "/srv/arena/f"), Proofs.plainFollow("p1")))
          .of("odd", Proofs.cutShort())
          .of("gone", null);

  ProveCasesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** Each word is a case whose program it is, with what follows a colon as further lines. */
  private CommandRun run(String cases, String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    for (String each : cases.split(" ", -1)) {
      String name = each.contains(":") ? each.substring(0, each.indexOf(':')) : each;
      String more = each.contains(":") ? each.substring(each.indexOf(':') + 1) : "";
      Path file = directory.resolve(name + ".toml");
      Files.writeString(file, "# a case\ncommand = [\"" + name + "\"]\n" + more + "\n");
      all.add("--case=" + file);
    }
    return CommandRun.of("prove", new ProveCommand(engine), all.toArray(String[]::new));
  }

  private JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  @ParameterizedTest
  @CsvSource({
    "good, 0",
    "bad, 1",
    "odd, 3",
    "good bad odd gone, 1",
    "good odd, 3",
    "good gone, 3",
    "good bad:expect='broken', 0",
    "bad:expect='broken', 0",
    "good:expect='broken', 1",
    "odd:expect='broken', 3",
    "bad:expect='survive', 1",
  })
  void theStatusIsThatOfTheWorst(String cases, int status) throws IOException {
    assertEquals(status, run(cases, "--quiet").exit());
  }

  @ParameterizedTest
  @CsvSource({"good, survive, 0", "good, broken, 1", "bad, broken, 0", "bad, survive, 1"})
  void whatIsExpectedMayBeTyped(String what, String expected, int status) throws IOException {
    CommandRun run = run(what, "--quiet", "--expect", expected);
    assertEquals(status, run.exit());
    assertEquals(
        what.equals("good") && status == 1
            ? "holdfast prove: it was expected to be broken (--expect), and held\n"
            : "",
        run.err());
  }

  @Test
  void eachIsToldAndAllOfThemTogether() throws IOException {
    CommandRun run = run("good bad gone");
    assertTrue(run.out().contains("== " + directory.resolve("good.toml") + "\n"), run::out);
    assertTrue(run.out().endsWith("3 cases: 1 as expected, 1 not, 1 not decided\n"), run::out);
    assertTrue(
        run.err()
            .contains(
                "holdfast prove: "
                    + directory.resolve("gone.toml")
                    + ": not decided: gone: no such program (ENOENT)\n"),
        run::err);
    // The control: one alone is told as it always was.
    assertFalse(run("good").out().contains("== "));
    run("gone").assertRefused(ExitCode.UNDECIDED, "holdfast prove: gone: no such program (ENOENT)");
  }

  @Test
  void theyAreOneDocument() throws IOException {
    JsonNode all = new ObjectMapper().readTree(run("good bad gone", "--json", "--quiet").out());
    assertEquals(3, all.path("cases").size());
    assertEquals("BROKEN", all.at("/cases/1/conclusion").textValue());
    assertEquals("r1", all.at("/cases/1/proof/windows/0/id").textValue());
    assertTrue(all.at("/cases/2/proof").isNull());
    assertEquals(1, all.at("/summary/unexpected").intValue());
  }

  @Test
  void theReportsAreOfAll() throws Exception {
    Path sarif = directory.resolve("r.sarif");
    Path html = directory.resolve("r.html");
    Path junit = directory.resolve("r.xml");
    CommandRun run =
        run("good bad odd", "--sarif=" + sarif, "--html=" + html, "--junit=" + junit, "--quiet");
    assertEquals(ExitCode.NO, run.exit());
    assertEquals(1, json(sarif).path("runs").size(), "a code host takes one run of a category");
    assertEquals(2, json(sarif).at("/runs/0/results").size());
    assertFalse(json(sarif).at("/runs/0/invocations/0/executionSuccessful").booleanValue());
    JsonNode place = json(sarif).at("/runs/0/results/0/locations/0/physicalLocation");
    assertTrue(
        place.at("/artifactLocation/uri").textValue().endsWith("/bad.toml"), place::toString);
    assertEquals(2, place.at("/region/startLine").intValue(), "where the command is named");
    assertTrue(Files.readString(html).contains("3 cases: 1 as expected, 1 not, 1 not decided"));

    Document document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(junit.toFile());
    Element suite = (Element) document.getElementsByTagName("testsuite").item(0);
    assertEquals("3", suite.getAttribute("tests"));
    assertEquals("1", suite.getAttribute("failures"));
    assertEquals("1", suite.getAttribute("errors"));
    NodeList cases = document.getElementsByTagName("testcase");
    assertEquals(3, cases.getLength());
    Element failure = (Element) document.getElementsByTagName("failure").item(0);
    assertEquals("broken", failure.getAttribute("message"));
    assertTrue(failure.getTextContent().contains("S01 check then use by name"));
    assertEquals(
        directory.resolve("bad.toml").toString(),
        ((Element) failure.getParentNode()).getAttribute("name"));
  }

  @Test
  void whatIsKnownDoesNotCount() throws IOException {
    Path file = directory.resolve("known");
    assertEquals(ExitCode.NO, run("bad", "--quiet", "--write-baseline=" + file).exit());
    String written = Files.readString(file);
    assertEquals(2, written.lines().filter("[[known]]"::equals).count(), written);
    assertEquals(ExitCode.OK, run("bad", "--quiet", "--baseline=" + file).exit());

    Files.writeString(
        file, written.replaceFirst("reason = \"\"", "reason = \"it is \\\\\"mine\\\\\"\""));
    Path sarif = directory.resolve("r.sarif");
    CommandRun run =
        run("bad", "--baseline=" + file, "--sarif=" + sarif, "--write-baseline=" + file);
    assertEquals(ExitCode.OK, run.exit());
    assertTrue(run.out().contains("KNOWN: "), run::out);
    assertTrue(run.out().contains(": it is \"mine\""), run::out);
    assertTrue(Files.readString(file).contains("it is \\\"mine\\\""), "a reason is kept");
    JsonNode result = json(sarif).at("/runs/0/results/0");
    assertEquals("unchanged", result.path("baselineState").textValue());
    assertEquals("it is \"mine\"", result.at("/suppressions/0/justification").textValue());
    JsonNode proof = new ObjectMapper().readTree(run("bad", "--json", "--baseline=" + file).out());
    assertEquals("HOLDS", proof.path("conclusion").textValue());
    assertEquals("it is \"mine\"", proof.at("/windows/0/known").textValue());
    assertEquals(2, proof.at("/summary/known").intValue());

    // The control: what is not in it counts.
    String half = written.substring(0, written.lastIndexOf("[[known]]"));
    Files.writeString(file, half);
    CommandRun partly = run("bad", "--baseline=" + file);
    assertEquals(ExitCode.NO, partly.exit());
    assertTrue(
        partly.out().contains("Not counted: 1 break-in that the baseline knows."), partly::out);
  }

  @Test
  void whatIsMendedIsNoLongerKnown() throws IOException {
    Path file = directory.resolve("known");
    run("bad", "--quiet", "--write-baseline=" + file);
    CommandRun run = run("good", "--baseline=" + file);
    assertEquals(ExitCode.OK, run.exit());
    assertEquals(
        2, run.err().lines().filter(l -> l.contains("what is broken no more: ")).count(), run::err);
    assertFalse(run("bad", "--baseline=" + file).err().contains("no more"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          x = 1                            | : x: a baseline has [[known]] tables, and nothing else
          known = 'x'                      | : known: a baseline has [[known]] tables, and nothing else
          [[known]]\\nwhat = 'x'           | : a [[known]] table has no id
          [[known]]\\nid = 7               | : id: a [[known]] table has the strings id, what and reason
          [[known]]\\nid = 'x'\\nwhy = 'y' | : why: a [[known]] table has the strings id, what and reason
          """)
  void whatIsNoBaselineIsRefused(String toml, String why) throws IOException {
    Path file = Files.writeString(directory.resolve("known"), toml.replace("\\n", "\n"));
    run("good", "--baseline=" + file)
        .assertRefused(ExitCode.USAGE, "holdfast prove: " + file + why);
    Path none = directory.resolve("none");
    run("good", "--baseline=" + none)
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: "
                + none
                + ": no such file or directory (ENOENT); --write-baseline FILE makes one of what"
                + " is found");
  }

  @Test
  void whatIsAboutOneCaseIsRefusedForSeveral() throws IOException {
    run("good bad", "--replay=x")
        .assertRefused(
            ExitCode.USAGE, "holdfast prove: --replay: is about one case: give one --case");
    CommandRun.of(
            "prove",
            new ProveCommand(engine),
            "--case=" + directory.resolve("good.toml"),
            "--case=" + directory.resolve("bad.toml"),
            "true")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast prove: CMD: cannot be combined with several --case, each of which has"
                + " its own");
  }

  @Test
  void aFileSaysWhatRunsTogether() throws IOException {
    for (String odd : List.of("twice=1", "with=[1]", "timeouts='x'", "bound=-1", "budget=5")) {
      assertEquals(ExitCode.USAGE, run("good:" + odd).exit(), odd);
    }
    assertEquals(ExitCode.USAGE, run("good:bound=1").exit(), "it says nothing alone");
  }
}
