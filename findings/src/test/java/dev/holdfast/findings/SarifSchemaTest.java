package dev.holdfast.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written is SARIF in the eyes of OASIS' own schema, and has what code hosts insist on. */
class SarifSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Schema schema;

  SarifSchemaTest() throws IOException {
    try (InputStream in = SarifSchemaTest.class.getResourceAsStream("sarif-schema-2.1.0.json")) {
      schema =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
              .getSchema(JSON.readTree(in));
    }
  }

  private static ObjectNode written(Report report) throws IOException {
    StringWriter out = new StringWriter();
    SarifWriter.write(report, out);
    return (ObjectNode) JSON.readTree(out.toString());
  }

  private static List<Report> reports() {
    Report none =
        new Report(
            new Report.Producer("holdfast prove", "0"),
            "t",
            "l",
            true,
            true,
            List.of(),
            List.of(),
            List.of(),
            List.of());
    return List.of(
        none,
        Samples.report(),
        Samples.inAScript(),
        Samples.known(),
        Report.joined("all", "", List.of(Samples.report(), Samples.known(), none)));
  }

  @Test
  void everyReportIsValid() throws IOException {
    for (Report report : reports()) {
      List<Error> errors = schema.validate(written(report));
      assertEquals(List.of(), errors);
    }
  }

  /** The control: the schema is one that refuses. */
  @Test
  void whatIsNoSarifIsRefused() throws IOException {
    ObjectNode log = written(Samples.report());
    ((ObjectNode) log.at("/runs/0/results/0")).put("level", "dreadful");
    assertFalse(schema.validate(log).isEmpty());
    log = written(Samples.report());
    ((ObjectNode) log.at("/runs/0/results/0")).put("no-such-property", 1);
    assertFalse(schema.validate(log).isEmpty());
    log = written(Samples.report());
    ((ObjectNode) log.at("/runs/0/tool")).remove("driver");
    assertFalse(schema.validate(log).isEmpty());
  }

  /** Rules that code hosts publish beside the schema: a file that breaks one is refused whole. */
  @Test
  void everyResultHasAFileAndALine() throws IOException {
    for (Report report : List.of(Samples.inAScript(), Samples.known())) {
      for (JsonNode result : written(report).at("/runs/0/results")) {
        JsonNode place = result.at("/locations/0/physicalLocation");
        if (report.findings().getFirst().place() instanceof Place.Run run && run.source() == null) {
          // The reports of prove always have one: see ProofReportTest.
          assertTrue(place.isMissingNode());
        } else {
          assertFalse(place.at("/artifactLocation/uri").textValue().isEmpty());
          assertTrue(place.at("/region/startLine").intValue() >= 1);
        }
      }
    }
  }
}
