package dev.holdfast.prove.schedule.judge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** In which orders programs can run one after the other, and which of them may be left out. */
public final class Orders {
  private Orders() {}

  /** All orders of these. */
  public static List<List<Integer>> of(List<Integer> programs) {
    if (programs.size() <= 1) {
      return List.of(programs);
    }
    List<List<Integer>> all = new ArrayList<>();
    for (Integer first : programs) {
      List<Integer> rest = programs.stream().filter(each -> !each.equals(first)).toList();
      for (List<Integer> more : of(rest)) {
        List<Integer> order = new ArrayList<>(List.of(first));
        order.addAll(more);
        all.add(order);
      }
    }
    return all;
  }

  /** All parts of so many programs that are neither empty nor everything, larger ones first. */
  static List<List<Integer>> parts(int size) {
    return IntStream.range(1, (1 << size) - 1)
        .mapToObj(
            bits -> IntStream.range(0, size).filter(i -> (bits & (1 << i)) != 0).boxed().toList())
        .sorted(
            Comparator.<List<Integer>>comparingInt(p -> -p.size()).thenComparing(Object::toString))
        .toList();
  }
}
