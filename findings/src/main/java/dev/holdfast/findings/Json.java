package dev.holdfast.findings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.holdfast.findings.terminal.Text;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  private static final int DELETE = 0x7f;

  private Json() {}

  /**
   * Escapes what a terminal would obey, as {@link Text#printable} does, though JSON does not ask
   * for it: a document is also looked at, and names in it are anybody's. Whoever reads it as JSON
   * gets the same text.
   */
  private static final class NothingThatIsObeyed extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    private static final int[] ASCII = CharacterEscapes.standardAsciiEscapesForJSON();

    static {
      ASCII[DELETE] = CharacterEscapes.ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ASCII.clone();
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      return Text.isObeyed(c) ? new SerializedString(escape(c)) : null;
    }

    private static String escape(int c) {
      return "\\u" + Integer.toHexString(0x10000 | c).substring(1);
    }
  }

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .highestNonEscapedChar(HIGHEST_AS_IT_IS)
          .characterEscapes(new NothingThatIsObeyed())
          .build();

  /** One document, indented for people too, and a newline; does not close {@code out}. */
  public static void document(Writer out, Body body) throws IOException {
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
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
