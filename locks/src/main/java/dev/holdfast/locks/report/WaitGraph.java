package dev.holdfast.locks.report;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Circles in a graph of who waits for whom. */
final class WaitGraph {
  private WaitGraph() {}

  /**
   * One circle through each knot of processes that wait for each other, beginning with the smallest
   * number. A process that waits for itself is none: its threads hold different locks.
   */
  static List<List<Integer>> circles(Map<Integer, Set<Integer>> graph) {
    List<List<Integer>> circles = new ArrayList<>();
    Set<Integer> told = new TreeSet<>();
    for (int start : graph.keySet()) {
      if (!told.contains(start)) {
        List<Integer> circle = circleFrom(start, graph, new HashMap<>());
        if (!circle.isEmpty()) {
          Collections.rotate(circle, -circle.indexOf(Collections.min(circle)));
          told.addAll(circle);
          circles.add(circle);
        }
      }
    }
    return circles;
  }

  private static List<Integer> circleFrom(
      int start, Map<Integer, Set<Integer>> graph, Map<Integer, Integer> cameFrom) {
    Deque<Integer> next = new ArrayDeque<>();
    next.add(start);
    while (!next.isEmpty()) {
      int at = next.remove();
      for (int to : graph.getOrDefault(at, Set.of())) {
        if (to == start && at != start) {
          List<Integer> circle = new ArrayList<>();
          for (int back = at; back != start; back = cameFrom.getOrDefault(back, start)) {
            circle.add(back);
          }
          circle.add(start);
          Collections.reverse(circle);
          return circle;
        }
        if (to != start && cameFrom.putIfAbsent(to, at) == null) {
          next.add(to);
        }
      }
    }
    return new ArrayList<>();
  }
}
