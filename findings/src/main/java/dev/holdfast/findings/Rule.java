package dev.holdfast.findings;

import dev.holdfast.catalogue.Row;

/**
 * What can be found: a hazard of the catalogue, or an audit rule under one.
 *
 * @param id stable, a row of the catalogue or a rule below one ({@code L01/not-serial}); scripts
 *     and suppressions cite it
 * @param title a few words
 * @param description what goes wrong, in a sentence or more
 * @param advice what to do instead
 */
public record Rule(String id, String title, String description, String advice) {
  private static final String PAGES = "https://holdfast.dev/docs/";

  /** A row of the catalogue itself, as it was met. */
  public static Rule of(Row row, String title, String description) {
    return new Rule(row.name(), title, description, row.advice());
  }

  /** The row of the catalogue that it is a case of. */
  public Row row() {
    int slash = id.indexOf('/');
    return Row.valueOf(slash < 0 ? id : id.substring(0, slash));
  }

  /** Where the row's page can be read. */
  public String page() {
    return PAGES + row().name() + ".html";
  }

  /** The title as one word, as programs call their rules: {@code CheckThenUseByName}. */
  public String name() {
    StringBuilder name = new StringBuilder();
    boolean first = true;
    for (int i = 0; i < title.length(); i++) {
      char c = title.charAt(i);
      if (Character.isLetterOrDigit(c)) {
        name.append(first ? Character.toUpperCase(c) : c);
      }
      first = !Character.isLetterOrDigit(c) && c != '\'';
    }
    return name.toString();
  }
}
