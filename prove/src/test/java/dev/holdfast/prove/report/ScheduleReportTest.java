package dev.holdfast.prove.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.catalogue.Row;
import dev.holdfast.findings.HtmlWriter;
import dev.holdfast.findings.SarifWriter;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleFinding.Kind;
import dev.holdfast.prove.model.ScheduleOutcomes;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.model.ScheduleProof.Claim;
import dev.holdfast.prove.model.ScheduleProof.Extent;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.ScheduleWait;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedules as text, JSON, SARIF and HTML. */
class ScheduleReportTest {
  private static final String HOSTILE = "<script>alert(1)</script>\u001b[2J\u202e'\"&";

  private static ScheduleStep step(int program, String call, String about, String... more) {
    String result = more.length > 0 ? more[0] : "";
    String holds = more.length > 1 ? more[1] : "";
    return new ScheduleStep(program, "0", call, about, result, holds, more.length > 2);
  }

  private static ScheduleFinding finding(
      Kind kind, List<ScheduleStep> steps, List<ScheduleWait> waits, Integer... turning) {
    ScheduleOutcomes outcomes =
        kind == Kind.NOT_SERIAL
            ? new ScheduleOutcomes(
                List.of("A then B", "B then A"),
                List.of(new ScheduleOutcomes.Row("/srv/w/n", "\"1\"", List.of("\"2\"", "\"3\""))))
            : ScheduleOutcomes.NONE;
    List<String> evidence = List.of("/srv/w/n: \"1\", not \"2\"");
    return new ScheduleFinding(
        kind, evidence, steps, waits, List.of(turning), outcomes, 1, "A1B2", true);
  }

  private static ScheduleFinding lost() {
    return finding(
        Kind.NOT_SERIAL,
        List.of(
            step(0, "read", "/srv/w/n"),
            step(0, "read", "/srv/w/n"),
            step(1, "read", "/srv/w/n", "", "", "turn"),
            step(1, "openat", "/srv/w/n (write)"),
            step(1, "unlinkat", "/srv/w/gone", "ENOENT"),
            step(0, "openat", "/srv/w/n (write)")),
        List.of(),
        2,
        5);
  }

  private static ScheduleFinding stuck() {
    return finding(
        Kind.DEADLOCK,
        List.of(
            step(0, "flock", "/srv/w/a (exclusive)", "", "/srv/w/a is held by A"),
            step(1, "flock", "/srv/w/b (exclusive)", "", "/srv/w/b is held by B", "turn")),
        List.of(
            new ScheduleWait(2, 0, "flock", "/srv/w/b (exclusive)", List.of(1)),
            new ScheduleWait(2, 1, "flock", "/srv/w/a (exclusive)", List.of(0))),
        0,
        1);
  }

  private static ToldSchedules told(List<String> programs, ScheduleFinding... findings) {
    ScheduleProof proof =
        new ScheduleProof(
            programs,
            List.of("/srv/w/a", "/srv/w/n"),
            12,
            34,
            0,
            new Claim(Extent.BOUNDED, 1, "it ended at the first finding"),
            List.of(findings),
            List.of("GAVE_UP: " + HOSTILE),
            0,
            List.of());
    List<List<String>> commands = Collections.nCopies(programs.size(), List.of("sh", "-c", "x"));
    return new ToldSchedules(
        proof, commands, false, "1.2.3", id -> "holdfast prove --replay " + id);
  }

  private static String text(ToldSchedules told) {
    String plain = ScheduleText.of(told, new Painter(false));
    String coloured = ScheduleText.of(told, new Painter(true));
    assertEquals(plain, coloured.replaceAll("\u001b\\[[0-9;]*m", ""));
    for (String line : plain.lines().toList()) {
      assertTrue(line.length() <= 100 || line.contains("--replay"), line);
      assertEquals(line, line.stripTrailing());
    }
    return plain;
  }

  @Test
  void lanesSideBySide() {
    String text = text(told(List.of("sh -c x", "sh -c y"), lost()));
    String lanes =
        """
          in /srv/w/
              A                                  B                                  kernel
          1   read n (2 times)
          3!*                                    read n
          4                                      openat n (write)
          5                                      unlinkat gone                      ENOENT
          6*  openat n (write)
        """;
    assertTrue(text.contains(lanes), text);
    assertTrue(text.contains("  /srv/w/n  \"1\"            \"2\"       \"3\"\n"), text);
    assertTrue(text.contains("K04: docs/K04.md"), text);
    assertTrue(text.contains("  again: holdfast prove --replay A1B2\n"), text);
  }

  @Test
  void whoWaitsForWhom() {
    String text = text(told(List.of("sh -c x", "sh -c y"), stuck()));
    String lanes =
        """
          1*  flock a (exclusive)                                                   a is held by A
          2!*                                    flock b (exclusive)                b is held by B
              flock b (exclusive)                                                   A waits for B
                                                 flock a (exclusive)                B waits for A
        """;
    assertTrue(text.contains(lanes), text);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void noLineIsTooWideHoweverManyProgramsThereAre(int programs) {
    List<ScheduleStep> steps = new ArrayList<>();
    for (int i = 0; i < programs; i++) {
      steps.add(step(i, "renameat2", "/srv/w/" + "long-name-".repeat(9) + " -> /srv/w/" + HOSTILE));
      steps.add(step(i, "openat", "/srv/w/" + "y".repeat(250), "ENAMETOOLONG"));
    }
    List<String> titles = Collections.nCopies(programs, "sh -c '" + "word ".repeat(60) + "'");
    String text = text(told(titles, finding(Kind.ABORTED, steps, List.of(), 0, 3)));
    assertFalse(text.contains("\u001b"), text);
    assertFalse(text.contains("\u202e"), text);
  }

  @Test
  void ofLongRunsTheBeginningAndTheEndAreTold() {
    List<ScheduleStep> steps = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      steps.add(step(0, "openat", "/srv/w/f" + i));
    }
    steps.add(step(1, "unlinkat", "/srv/w/f50", "", "", "turn"));
    steps.add(step(0, "openat", "/srv/w/f50", "ENOENT"));
    ToldSchedules told = told(List.of("x", "y"), finding(Kind.ABORTED, steps, List.of(), 100, 101));
    String text = text(told);
    for (String part :
        List.of("openat f0", "(98 more)", "openat f99", "unlinkat f50", "102*  openat f50")) {
      assertTrue(text.contains(part), () -> part + " in " + text);
    }
    assertFalse(text.contains("f42"), text);
    assertEquals(102, ScheduleReport.of(told).findings().getFirst().timeline().size() - 1);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyKindHasAPageThatIsThere(Kind kind) {
    Row row = ScheduleAdvice.row(kind);
    assertTrue(
        java.nio.file.Files.exists(java.nio.file.Path.of("..", "docs", row + ".md")), row.page());
    assertTrue(ScheduleWords.rule(kind).matches("L0[0-9]/[a-z-]+"));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void adviceIsInTheLanguageOfThePrograms(Kind kind) {
    List<String> shell = ScheduleAdvice.of(kind, List.of(List.of("sh"), List.of("dash")));
    assertEquals(1, shell.size());
    for (String word : List.of("fcntl", "Locks.", "LOCK_EX", "mkstemp", "os.")) {
      assertFalse(shell.getFirst().contains(word), shell::toString);
    }
    List<String> both = ScheduleAdvice.of(kind, List.of(List.of("python3"), List.of("perl")));
    assertEquals(2, both.size());
    assertTrue(both.getFirst().startsWith("Python: "), both::toString);
    assertTrue(both.getLast().startsWith("Perl: "), both::toString);
  }

  @Test
  void jsonHasAllOfIt() throws IOException {
    StringWriter out = new StringWriter();
    ScheduleJson.write(told(List.of("sh -c " + HOSTILE, "y"), lost(), stuck()), out);
    JsonNode root = new ObjectMapper().readTree(out.toString());
    JsonNode first = root.path("schedules").get(0);
    assertEquals("[2,5]", first.path("turning").toString());
    assertEquals("\"1\"", first.at("/outcomes/0/here").textValue());
    assertEquals("\"3\"", first.at("/outcomes/0/serial/B then A").textValue());
    assertEquals("ENOENT", first.at("/steps/4/result").textValue());
    assertEquals("K04", first.path("answer").textValue());
    JsonNode second = root.path("schedules").get(1);
    assertEquals("B", second.at("/waits/0/holders/0").textValue());
    assertEquals("/srv/w/a is held by A", second.at("/steps/0/holds").textValue());
    assertEquals("sh -c " + HOSTILE, root.at("/programs/0").textValue());
  }

  @Test
  void sarifHasAThreadForEachProgram() throws IOException {
    StringWriter out = new StringWriter();
    SarifWriter.write(ScheduleReport.of(told(List.of("sh -c x", "sh -c y"), lost())), out);
    JsonNode result = new ObjectMapper().readTree(out.toString()).at("/runs/0/results/0");
    assertEquals("L01/not-serial", result.path("ruleId").textValue());
    JsonNode threads = result.at("/codeFlows/0/threadFlows");
    assertEquals("A: sh -c x", threads.get(0).path("id").textValue());
    assertEquals("B: sh -c y", threads.get(1).path("id").textValue());
    assertEquals("kernel", threads.get(2).path("id").textValue());
    assertEquals("essential", threads.get(1).at("/locations/0/importance").textValue());
    assertEquals(2, threads.get(1).at("/locations/0/executionOrder").intValue());
    assertTrue(
        result.at("/message/text").textValue().contains("B then A: \"3\""), result::toString);
  }

  @Test
  void htmlIsSafeAndMarksWhatMatters() throws IOException {
    ScheduleFinding hostile =
        finding(
            Kind.TWO_HOLDERS,
            List.of(
                step(0, "mkdir", "/srv/w/" + HOSTILE),
                step(1, "mkdir", "/srv/w/" + HOSTILE, "EEXIST" + HOSTILE, HOSTILE, "turn")),
            List.of(),
            0,
            1);
    StringWriter out = new StringWriter();
    HtmlWriter.write(
        ScheduleReport.of(told(List.of("sh -c " + HOSTILE, HOSTILE), hostile, lost())), out);
    String page = out.toString();
    assertFalse(page.contains("<script"), page);
    assertFalse(page.contains("\u001b"), page);
    assertFalse(page.contains("\u202e"), page);
    assertEquals(4, page.split("class=\"step key program\"", -1).length - 1, page);
    assertEquals(2, page.split("class=\"turn\"", -1).length - 1, page);
    assertTrue(page.contains("How it ends, and how it should"), page);
    assertTrue(page.contains("docs/K04.md"), page);
  }

  @Test
  void whatWasDrawnByChanceIsToldWithItsOdds() {
    ToldSchedules told = told(List.of("x", "y"));
    ScheduleProof proof = told.proof();
    Claim drawn =
        new Claim(
            Extent.BOUNDED,
            1,
            "the time was over",
            new ScheduleProof.Sample(2000, 2, 0.0001234, 41_234.4, 20));
    ScheduleProof other =
        new ScheduleProof(
            proof.programs(),
            proof.shared(),
            2100,
            34,
            0,
            drawn,
            List.of(),
            List.of(),
            0,
            List.of());
    String claim = ScheduleWords.claim(other);
    assertTrue(claim.contains("2,000 drawn by chance of about 41,234 essentially"), claim);
    assertTrue(claim.contains("2 certain orders of two steps"), claim);
    assertTrue(claim.contains("below 0.00012"), claim);
  }

  @Test
  void nothingFoundIsGood() throws IOException {
    ToldSchedules told = told(List.of("x", "y"));
    assertTrue(ScheduleReport.of(told).good());
    assertTrue(text(told).contains("They do not disturb one another in any schedule"));
    StringWriter out = new StringWriter();
    HtmlWriter.write(ScheduleReport.of(told), out);
    assertTrue(out.toString().contains("<header class=\"good\">"));
  }
}
