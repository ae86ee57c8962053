package dev.holdfast.prove.schedule.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The processes of one command that run against one another. Each is known by how it came to be
 * ({@code 0.2} is the second one that the command itself started), and so by the same number in
 * each schedule.
 *
 * <p>Threads: safe for all.
 */
public final class Family {
  /** The command itself. */
  static final String ROOT = "0";

  /** Their numbers begin here, so that none is that of a program. */
  public static final int FIRST = 1000;

  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> processes = new ArrayList<>();
  private final Map<Integer, String> titles = new TreeMap<>();

  /** The number of a process, which it keeps. */
  public synchronized int numberOf(String process) {
    return numbers.computeIfAbsent(
        process,
        each -> {
          processes.add(each);
          return FIRST + processes.size() - 1;
        });
  }

  public synchronized String processOf(int number) {
    return processes.get(number - FIRST);
  }

  /** What a process is, for people. */
  synchronized void isCalled(int number, String title) {
    titles.put(number, title);
  }

  public synchronized String title(int number) {
    return processOf(number) + ": " + titles.getOrDefault(number, "?");
  }

  /**
   * Who goes on, where a process has the turn and nobody takes it: itself; else those it started,
   * which it waits for; else, where it has ended or must wait for somebody else, whoever started
   * it, and so on.
   *
   * @param able who could go
   */
  List<Integer> goingOn(int current, Set<Integer> able) {
    String process = processOf(current);
    for (; ; ) {
      int number = numberOf(process);
      if (able.contains(number)) {
        return List.of(number);
      }
      String below = process + ".";
      List<Integer> all =
          able.stream().filter(each -> processOf(each).startsWith(below)).sorted().toList();
      if (!all.isEmpty() || process.equals(ROOT)) {
        return all;
      }
      process = process.substring(0, process.lastIndexOf('.'));
    }
  }
}
