package dev.holdfast.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlWriterTest {
  private static final Pattern TAG = Pattern.compile("<(/?)([a-z0-9]+)[^>]*>");
  private static final Set<String> VOID = Set.of("meta");

  private static String findings() throws IOException {
    StringWriter out = new StringWriter();
    HtmlWriter.write(Samples.report(), out);
    return out.toString();
  }

  private static String comparison() throws IOException {
    StringWriter out = new StringWriter();
    HtmlWriter.write(Samples.comparison(), out);
    return out.toString();
  }

  @Test
  void everyTagIsClosed() throws IOException {
    for (String page : new String[] {findings(), comparison()}) {
      Deque<String> open = new ArrayDeque<>();
      String body = page.replaceAll("(?s)<style>.*?</style>", "").replace("<!DOCTYPE html>", "");
      Matcher tags = TAG.matcher(body);
      while (tags.find()) {
        if (tags.group(1).isEmpty()) {
          if (!VOID.contains(tags.group(2))) {
            open.push(tags.group(2));
          }
        } else {
          assertEquals(open.pop(), tags.group(2), body.substring(0, tags.end()));
        }
      }
      assertTrue(open.isEmpty(), open::toString);
    }
  }

  @Test
  void needsNothingElse() throws IOException {
    for (String page : new String[] {findings(), comparison()}) {
      assertFalse(Pattern.compile("src=|url\\(|@import|<script|<link").matcher(page).find());
      // Nothing is fetched by a link that somebody has to follow.
      String links =
          page.replaceAll("<a href=\"https://holdfast\\.dev/docs/[A-Z0-9]+\\.html\">", "");
      assertFalse(links.contains("href="), links);
      assertTrue(page.contains("default-src 'none'"));
      assertTrue(page.contains("prefers-color-scheme: dark"));
    }
  }

  @Test
  void whatAnAttackerNamedIsText() throws IOException {
    String page = findings();
    assertTrue(page.contains("puts a link &lt;script&gt;alert(1)&lt;/script&gt; there"), page);
    assertTrue(page.contains("cp &#39;&lt;b&gt;&amp;amp;&#39;"), page);
    assertTrue(page.contains("the secret changed: \\x1b[31m&lt;/p&gt;&quot;&#39;"), page);
    assertFalse(page.contains("\u001b"), page);
  }

  @Test
  void tellsEverythingOfAFinding() throws IOException {
    String page = findings();
    for (String part :
        new String[] {
          "S01",
          "check then use by name",
          "RACE",
          "WRITE",
          "looks at the name",
          "only this moment",
          "Open once.",
          "holdfast prove --replay abc123 -- cp a b",
          "The same at 1 more place",
          "src/a b:c.c:7:3",
          "Every window (1)",
          "no user namespace",
          "holdfast prove 1.2.3"
        }) {
      assertTrue(page.contains(part), part);
    }
  }

  @Test
  void tellsWhyASceneDidNotRun() throws IOException {
    String page = comparison();
    assertTrue(page.contains("<td colspan=\"2\" class=\"faint\">no C compiler here</td>"), page);
    assertTrue(page.contains("<b>LOST</b>"), page);
    assertTrue(page.contains("<b>HELD</b>"), page);
  }
}
