package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The schemas that are given to users, and stricter than they are: what is written stands in them.
 */
public final class Schemas {
  static final Path DIRECTORY = Path.of("../docs/schemas");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Schemas() {}

  /** What is wrong with a document. */
  static List<Error> errors(String name, JsonNode document) throws IOException {
    JsonNode schema = JSON.readTree(DIRECTORY.resolve(name + ".schema.json").toFile());
    close(schema);
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema)
        .validate(document);
  }

  /** Users must bear new keys; we must not forget to describe them. */
  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object && object.has("properties")) {
      object.put("additionalProperties", false);
    }
    schema.forEach(Schemas::close);
  }

  /** The document, once it has been found to be what its schema says. */
  public static JsonNode check(String name, String text) throws IOException {
    JsonNode document = JSON.readTree(text);
    assertEquals(List.of(), errors(name, document), () -> name + ": " + document.toPrettyString());
    return document;
  }
}
