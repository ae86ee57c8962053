package dev.holdfast.findings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** What our JSON documents have in common. */
public final class Json {
  @FunctionalInterface
  public interface Body {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /**
   * Above are the surrogates: a name that is not UTF-8 has unpaired ones (see {@code Names}), which
   * no encoder would write; escaped they arrive.
   */
  private static final int HIGHEST_AS_IT_IS = 0xd7ff;

  private Json() {}

  /** One document, indented for people too, and a newline; does not close {@code out}. */
  public static void document(Writer out, Body body) throws IOException {
    JsonFactory factory =
        new JsonFactoryBuilder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .highestNonEscapedChar(HIGHEST_AS_IT_IS)
            .build();
    try (JsonGenerator json = factory.createGenerator(out)) {
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      body.writeTo(json);
    }
    out.write('\n');
  }

  public static void strings(JsonGenerator json, String field, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
