package dev.holdfast.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the SARIF 2.1.0 schema and its consumers insist on. */
class SarifWriterTest {
  private final JsonNode run = write(Samples.report());

  private static JsonNode write(Report report) {
    try {
      StringWriter out = new StringWriter();
      SarifWriter.write(report, out);
      JsonNode log = new ObjectMapper().readTree(out.toString());
      assertEquals("2.1.0", log.path("version").textValue());
      assertTrue(log.path("$schema").textValue().endsWith("sarif-schema-2.1.0.json"));
      assertEquals(1, log.path("runs").size());
      return log.path("runs").get(0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theDriverHasEveryRuleOnceWithHelp() {
    JsonNode driver = run.path("tool").path("driver");
    assertEquals("Holdfast", driver.path("name").textValue());
    assertEquals("1.2.3", driver.path("version").textValue());
    Set<String> ids = new HashSet<>();
    for (JsonNode rule : driver.path("rules")) {
      assertTrue(ids.add(rule.path("id").textValue()));
      assertFalse(rule.path("shortDescription").path("text").textValue().isEmpty());
      assertFalse(rule.path("fullDescription").path("text").textValue().isEmpty());
      assertTrue(rule.path("help").path("text").textValue().contains("What to do"));
      assertTrue(
          Set.of("none", "note", "warning", "error")
              .contains(rule.path("defaultConfiguration").path("level").textValue()));
    }
    assertEquals(Set.of("S01", "S05"), ids);
  }

  @Test
  void everyResultPointsAtItsRuleAndHasAPlaceAndAFingerprint() {
    JsonNode rules = run.path("tool").path("driver").path("rules");
    assertEquals(2, run.path("results").size());
    for (JsonNode result : run.path("results")) {
      assertEquals(
          result.path("ruleId").textValue(),
          rules.get(result.path("ruleIndex").intValue()).path("id").textValue());
      assertFalse(result.path("message").path("text").textValue().isEmpty());
      assertEquals(1, result.path("locations").size());
      assertFalse(result.path("partialFingerprints").path("holdfast/v1").textValue().isEmpty());
    }
  }

  @Test
  void aWindowIsALogicalLocation() {
    JsonNode location = run.path("results").get(0).path("locations").get(0);
    JsonNode logical = location.path("logicalLocations").get(0);
    assertEquals("openat \"a\", call 3 of task 0", logical.path("name").textValue());
    assertEquals("cp a b#abc123", logical.path("fullyQualifiedName").textValue());
    assertTrue(location.path("physicalLocation").isMissingNode());
  }

  @Test
  void aSourceLineIsAPhysicalLocation() {
    JsonNode result = run.path("results").get(1);
    JsonNode physical = result.path("locations").get(0).path("physicalLocation");
    assertEquals("./src/a%20b:c.c", physical.path("artifactLocation").path("uri").textValue());
    assertEquals(7, physical.path("region").path("startLine").intValue());
    assertEquals(3, physical.path("region").path("startColumn").intValue());
    JsonNode related = result.path("relatedLocations").get(0);
    assertEquals(0, related.path("id").intValue());
    // Of a file as a whole code hosts want a line, too.
    assertEquals(1, related.path("physicalLocation").path("region").path("startLine").intValue());
  }

  @Test
  void aWindowWithASourceHasBothKindsOfPlaces() {
    JsonNode location = write(Samples.inAScript()).at("/results/0/locations/0");
    assertEquals(
        "debian/postinst", location.at("/physicalLocation/artifactLocation/uri").textValue());
    assertEquals(7, location.at("/physicalLocation/region/startLine").intValue());
    assertEquals(
        "cp a b#abc123", location.at("/logicalLocations/0/fullyQualifiedName").textValue());
  }

  @Test
  void aRuleHasWhatCodeHostsAskFor() {
    for (JsonNode rule : run.path("tool").path("driver").path("rules")) {
      String id = rule.path("id").textValue();
      assertEquals("https://holdfast.dev/docs/" + id + ".html", rule.path("helpUri").textValue());
      assertTrue(rule.path("name").textValue().matches("([A-Z][a-z]+)+"), rule::toString);
      double score = Double.parseDouble(rule.at("/properties/security-severity").textValue());
      assertTrue(score > 0 && score <= 10, rule::toString);
      assertTrue(rule.at("/properties/tags").toString().contains("\"security\""));
    }
    assertTrue(run.at("/automationDetails/id").textValue().endsWith("/"));
    assertEquals("https://holdfast.dev", run.at("/tool/driver/informationUri").textValue());
  }

  @Test
  void whatIsKnownIsSuppressedWithItsReason() {
    assertEquals("new", run.at("/results/0/baselineState").textValue());
    assertTrue(run.at("/results/0/suppressions").isMissingNode());
    JsonNode known = write(Samples.known()).at("/results/0");
    assertEquals("unchanged", known.path("baselineState").textValue());
    assertEquals("accepted", known.at("/suppressions/0/status").textValue());
    assertEquals("it is mine", known.at("/suppressions/0/justification").textValue());
  }

  @Test
  void twoOfOneFingerprintAreTwo() {
    Report twice = Report.joined("two", "", List.of(Samples.report(), Samples.report()));
    Set<String> all = new HashSet<>();
    for (JsonNode result : write(twice).path("results")) {
      assertTrue(all.add(result.at("/partialFingerprints/holdfast~1v1").textValue()));
    }
    assertEquals(4, all.size());
  }

  @Test
  void theTwoSidesAreTwoThreadsInOneOrder() {
    JsonNode flows = run.path("results").get(0).path("codeFlows").get(0).path("threadFlows");
    assertEquals("program", flows.get(0).path("id").textValue());
    assertEquals(1, flows.get(0).path("locations").get(0).path("executionOrder").intValue());
    assertEquals(3, flows.get(0).path("locations").get(1).path("executionOrder").intValue());
    assertEquals("intruder", flows.get(1).path("id").textValue());
    assertEquals(2, flows.get(1).path("locations").get(0).path("executionOrder").intValue());
    assertTrue(run.path("results").get(1).path("codeFlows").isMissingNode());
  }

  @Test
  void notesAreNotifications() {
    JsonNode invocation = run.path("invocations").get(0);
    assertTrue(invocation.path("executionSuccessful").booleanValue());
    assertEquals(
        "no user namespace",
        invocation
            .path("toolExecutionNotifications")
            .get(0)
            .path("message")
            .path("text")
            .textValue());
  }

  @ParameterizedTest
  @CsvSource({
    "src/a.c, src/a.c",
    "a b%.c, a%20b%25.c",
    "x:y.c, ./x:y.c",
    "/abs/ä.c, file:///abs/%C3%A4.c",
    "a#b?c, a%23b%3Fc"
  })
  void fileNamesBecomeUris(String file, String uri) {
    assertEquals(uri, SarifWriter.uri(file));
    assertTrue(URI.create(uri).getPath().endsWith(file), uri);
  }
}
