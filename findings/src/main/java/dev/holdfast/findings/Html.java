package dev.holdfast.findings;

import dev.holdfast.findings.terminal.Text;

/** Builds HTML. What is not a tag of ours is escaped, for it may come from an attacker. */
final class Html {
  private final StringBuilder out = new StringBuilder(1 << 14);

  /** An opening tag, with a class or without (an empty one). */
  Html open(String tag, String cssClass) {
    out.append('<').append(tag);
    if (!cssClass.isEmpty()) {
      out.append(" class=\"").append(cssClass).append('"');
    }
    out.append('>');
    return this;
  }

  Html close(String tag) {
    out.append("</").append(tag).append('>');
    return switch (tag) {
      case "code", "span", "b" -> this;
      default -> raw("\n");
    };
  }

  /** A whole element that holds only text. */
  Html element(String tag, String cssClass, String text) {
    return open(tag, cssClass).text(text).close(tag);
  }

  /** To a page of ours. */
  Html link(String address, String text) {
    return raw("<a href=\"").text(address).raw("\">").text(text).raw("</a>");
  }

  Html text(String text) {
    String safe = Text.printable(text);
    for (int i = 0; i < safe.length(); i++) {
      char c = safe.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
    return this;
  }

  /** Our own markup. */
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
