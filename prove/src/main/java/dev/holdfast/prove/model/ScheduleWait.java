package dev.holdfast.prove.model;

import java.util.List;

/**
 * A program asked for what another one holds, and could not go on.
 *
 * @param step how many steps had been made before
 * @param program whose, from 0
 * @param call as its manual page names it
 * @param about what it waits for, for people
 * @param holders the programs that hold it, from 0; empty if that is not known
 */
public record ScheduleWait(
    int step, int program, String call, String about, List<Integer> holders) {
  public ScheduleWait {
    holders = List.copyOf(holders);
  }
}
