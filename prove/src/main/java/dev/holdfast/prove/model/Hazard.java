package dev.holdfast.prove.model;

import dev.holdfast.catalogue.Row;

/** The rows of the catalogue that the prover can find, as it finds them. */
public enum Hazard {
  S01(Row.S01),
  S02(Row.S02),
  S03(Row.S03, "metadata changed by name"),
  S04(Row.S04),
  S05(Row.S05, "predictable name in a directory others can write"),
  S06(Row.S06),
  S09(Row.S09),
  S10(Row.S10),
  S11(Row.S11, "special file where a regular one was expected"),
  S12(Row.S12),
  S13(Row.S13, "a directory on the way was replaced"),
  S16(Row.S16),
  S17(Row.S17, "somebody else says which names, processes or commands are used"),
  L01(Row.L01),
  L04(Row.L04, "state left behind by a crash");

  private final Row row;
  private final String title;

  Hazard(Row row) {
    this(row, row.title());
  }

  Hazard(Row row, String title) {
    this.row = row;
    this.title = title;
  }

  public Row row() {
    return row;
  }

  /** What happened: of what a row is about, that which a run can show. */
  public String title() {
    return title;
  }

  /** What to do instead. */
  public String advice() {
    return row.advice();
  }
}
