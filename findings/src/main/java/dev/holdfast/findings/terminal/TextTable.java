package dev.holdfast.findings.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table in plain text that never gets wider than it may: long cells are wrapped, the widest
 * column first.
 */
public final class TextTable {
  private static final String GAP = "  ";
  private static final int LEAST = 6;
  private static final int WORD = 28;

  /** What stands in a cell. */
  public record Cell(String text, Ink ink) {
    public Cell {
      text = Text.printable(text);
    }

    public Cell(String text) {
      this(text, Ink.PLAIN);
    }
  }

  private final int width;
  private final List<List<Cell>> rows = new ArrayList<>();

  /**
   * @param width in characters
   * @param headings one for each column
   */
  public TextTable(int width, String... headings) {
    this.width = width;
    rows.add(List.of(headings).stream().map(h -> new Cell(h, Ink.STRONG)).toList());
  }

  /** Adds a row; one cell for each heading. */
  public void row(Cell... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(cells.length + " cells in a row");
    }
    rows.add(List.of(cells));
  }

  /** Adds a line across all columns. */
  public void span(Cell cell) {
    rows.add(List.of(cell));
  }

  /** The table, each line ended by a newline and without blanks at its end. */
  public String render(Painter painter) {
    int[] widths = widths();
    StringBuilder out = new StringBuilder();
    for (List<Cell> row : rows) {
      render(row, isSpan(row) ? new int[] {width} : widths, painter, out);
    }
    return out.toString();
  }

  private boolean isSpan(List<Cell> row) {
    return row.size() != rows.getFirst().size();
  }

  private int[] widths() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    int[] least = new int[columns];
    for (List<Cell> row : rows) {
      for (int i = 0; !isSpan(row) && i < columns; i++) {
        String text = row.get(i).text();
        widths[i] = Math.max(widths[i], Text.length(text));
        for (String word : text.split("\\s+", -1)) {
          least[i] = Math.max(least[i], Math.min(WORD, Text.length(word)));
        }
      }
    }
    int available = width - GAP.length() * (columns - 1);
    // Words of a usual length stay whole as long as that fits; then even they are cut.
    shrink(widths, least, available);
    int[] floor = new int[columns];
    Arrays.fill(floor, LEAST);
    shrink(widths, floor, available);
    return widths;
  }

  private static void shrink(int[] widths, int[] least, int available) {
    while (Arrays.stream(widths).sum() > available) {
      int widest = -1;
      for (int i = 0; i < widths.length; i++) {
        if (widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest])) {
          widest = i;
        }
      }
      if (widest < 0) {
        return;
      }
      widths[widest]--;
    }
  }

  private static void render(List<Cell> row, int[] widths, Painter painter, StringBuilder out) {
    List<List<String>> columns = new ArrayList<>();
    int height = 1;
    for (int i = 0; i < widths.length; i++) {
      List<String> lines = Text.wrap(row.get(i).text(), Math.max(1, widths[i]));
      columns.add(lines);
      height = Math.max(height, lines.size());
    }
    for (int line = 0; line < height; line++) {
      StringBuilder text = new StringBuilder();
      int blanks = 0;
      for (int i = 0; i < widths.length; i++) {
        List<String> lines = columns.get(i);
        String part = line < lines.size() ? lines.get(line) : "";
        if (!part.isEmpty()) {
          text.repeat(' ', blanks).append(painter.paint(row.get(i).ink(), part));
          blanks = 0;
        }
        blanks += widths[i] - Text.length(part) + GAP.length();
      }
      out.append(text).append('\n');
    }
  }
}
