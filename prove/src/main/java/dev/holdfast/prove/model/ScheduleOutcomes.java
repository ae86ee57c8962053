package dev.holdfast.prove.model;

import java.util.List;

/**
 * What a schedule leads to, beside what the serial orders lead to. Only what differs is there.
 *
 * @param orders the serial orders, for people: {@code A, B}
 */
public record ScheduleOutcomes(List<String> orders, List<Row> rows) {
  /** Nothing to compare: the schedule has no end. */
  public static final ScheduleOutcomes NONE = new ScheduleOutcomes(List.of(), List.of());

  public ScheduleOutcomes {
    orders = List.copyOf(orders);
    rows = List.copyOf(rows);
  }

  /**
   * One thing that differs.
   *
   * @param name a file, or the output or exit status of a program, for people
   * @param here what it is after the schedule, for people
   * @param serial what it is after each of the orders, for people
   */
  public record Row(String name, String here, List<String> serial) {
    public Row {
      serial = List.copyOf(serial);
    }
  }
}
