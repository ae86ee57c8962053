package dev.holdfast.findings;

import dev.holdfast.findings.terminal.Text;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/**
 * Results as the XML that JUnit's Ant task began to write, which nearly every build server reads.
 *
 * <p>There is no standard; what is written here is what all readers agree on: a suite, a case for
 * each subject, in it a {@code failure} where the answer is no and an {@code error} where there is
 * none.
 */
public final class JunitXmlWriter {
  /** How a case ended. */
  public enum Outcome {
    PASSED,
    /** The answer is no. */
    FAILED,
    /** There is no answer. */
    UNDECIDED
  }

  /**
   * One subject.
   *
   * @param name what people know it by
   * @param message what came out, in a sentence
   * @param text all there is to say
   */
  public record Subject(String name, Outcome outcome, String message, String text) {}

  private JunitXmlWriter() {}

  /** Writes a whole document; does not close {@code out}. */
  public static void write(String suite, List<Subject> subjects, Writer out) throws IOException {
    out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    out.write(
        "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"0\">\n"
            .formatted(
                escape(suite),
                subjects.size(),
                count(subjects, Outcome.FAILED),
                count(subjects, Outcome.UNDECIDED)));
    for (Subject each : subjects) {
      out.write(
          "    <testcase classname=\"%s\" name=\"%s\">\n"
              .formatted(escape(suite), escape(each.name())));
      switch (each.outcome()) {
        case PASSED -> out.write("      <system-out>" + escape(each.text()) + "</system-out>\n");
        case FAILED -> body("failure", each, out);
        case UNDECIDED -> body("error", each, out);
      }
      out.write("    </testcase>\n");
    }
    out.write("  </testsuite>\n</testsuites>\n");
  }

  private static void body(String element, Subject subject, Writer out) throws IOException {
    out.write(
        "      <%s message=\"%s\" type=\"%s\">%s</%s>\n"
            .formatted(
                element, escape(subject.message()), element, escape(subject.text()), element));
  }

  private static long count(List<Subject> subjects, Outcome outcome) {
    return subjects.stream().filter(each -> each.outcome() == outcome).count();
  }

  /** XML has no way to write most control characters, so they are made visible. */
  private static String escape(String text) {
    StringBuilder out = new StringBuilder();
    boolean first = true;
    for (String line : text.split("\n", -1)) {
      out.append(first ? "" : "\n");
      first = false;
      String safe = Text.printable(line);
      for (int i = 0; i < safe.length(); i++) {
        char c = safe.charAt(i);
        switch (c) {
          case '&' -> out.append("&amp;");
          case '<' -> out.append("&lt;");
          case '>' -> out.append("&gt;");
          case '"' -> out.append("&quot;");
          case '\uFFFE', '\uFFFF' -> out.append('\uFFFD');
          default -> out.append(c);
        }
      }
    }
    return out.toString();
  }
}
