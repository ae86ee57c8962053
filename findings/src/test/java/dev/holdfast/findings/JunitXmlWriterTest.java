package dev.holdfast.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.findings.JunitXmlWriter.Outcome;
import dev.holdfast.findings.JunitXmlWriter.Subject;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXParseException;

class JunitXmlWriterTest {
  private static Document parse(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  private static Document written(Subject... subjects) throws Exception {
    StringWriter out = new StringWriter();
    JunitXmlWriter.write("holdfast prove", List.of(subjects), out);
    return parse(out.toString());
  }

  private static Element only(Document document, String name) {
    assertEquals(1, document.getElementsByTagName(name).getLength(), name);
    return (Element) document.getElementsByTagName(name).item(0);
  }

  @Test
  void eachOutcomeIsWhatBuildServersCount() throws Exception {
    Document document =
        written(
            new Subject("a", Outcome.PASSED, "held", "text"),
            new Subject("b", Outcome.FAILED, "broken", "why"),
            new Subject("c", Outcome.UNDECIDED, "no world", "how"));
    Element suite = only(document, "testsuite");
    assertEquals("3", suite.getAttribute("tests"));
    assertEquals("1", suite.getAttribute("failures"));
    assertEquals("1", suite.getAttribute("errors"));
    assertEquals("broken", only(document, "failure").getAttribute("message"));
    assertEquals("why", only(document, "failure").getTextContent());
    assertEquals("how", only(document, "error").getTextContent());
    assertEquals("text", only(document, "system-out").getTextContent());
  }

  /** Names come from strangers: no control character, tag or unpaired surrogate breaks the file. */
  @Test
  void nothingBreaksTheDocument() throws Exception {
    String hostile = "<b>&\"'\u0000\u0008\u001b[31m\uFFFE\uD800]]>\nsecond line";
    Element failure =
        only(written(new Subject(hostile, Outcome.FAILED, hostile, hostile)), "failure");
    String text = failure.getTextContent();
    assertEquals("<b>&\"'\\x00\\x08\\x1b[31m\uFFFD\\ud800]]>\nsecond line", text);
    assertEquals(text.replace('\n', ' '), ((Element) failure.getParentNode()).getAttribute("name"));
    // The control: as they are, they do.
    assertThrows(SAXParseException.class, () -> parse("<a>" + hostile.substring(4) + "</a>"));
  }
}
