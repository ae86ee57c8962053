package dev.holdfast.prove.schedule.judge;

import dev.holdfast.prove.schedule.judge.End.Difference;
import dev.holdfast.prove.schedule.run.EndState.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is left where a program was killed, beside what is left where it came to its end, or was
 * never started.
 *
 * @param grade how far that is from what is right
 * @param differences from the end that is nearest
 */
record Remains(Grade grade, List<Difference> differences) {
  /** Better ones first. */
  enum Grade {
    /** As if it had come to its end, or had not been there. */
    SAME,
    /** So, but another one printed something else. */
    SAID,
    /** So, but for names that are there as well: leftovers. */
    MORE,
    /** So, but another one failed. */
    FAILED,
    /** Files are what they never are else. */
    TORN
  }

  /**
   * Compares with the ends that are right.
   *
   * @param whole where all came to their ends: what is left in a new file is compared with these
   */
  static Remains of(
      End end, List<End> right, List<End> whole, Map<String, Thing> before, End.Mask mask) {
    Remains best = null;
    for (End other : right) {
      List<Difference> differences = end.differences(other, before, mask);
      Remains here = new Remains(grade(differences, end, whole, before, mask), differences);
      if (best == null
          || here.grade.compareTo(best.grade) < 0
          || (here.grade == best.grade && differences.size() < best.differences.size())) {
        best = here;
      }
    }
    return Objects.requireNonNull(best);
  }

  private static Grade grade(
      List<Difference> differences,
      End end,
      List<End> whole,
      Map<String, Thing> before,
      End.Mask mask) {
    Grade grade = Grade.SAME;
    for (Difference each : differences) {
      Grade one =
          switch (each.kind()) {
            case OUTPUT, ERRORS -> Grade.SAID;
            case EXIT -> Grade.FAILED;
            case FILE ->
                each.isMore() && isLeftover(each.key(), end, whole, before, mask)
                    ? Grade.MORE
                    : Grade.TORN;
          };
      grade = one.compareTo(grade) > 0 ? one : grade;
    }
    return grade;
  }

  /** A name that nobody leaves who comes to an end, or one with what he leaves there. */
  private static boolean isLeftover(
      String name, End end, List<End> whole, Map<String, Thing> before, End.Mask mask) {
    Thing here = mask.of(name, end.thing(name, before));
    List<Thing> there = new ArrayList<>();
    whole.forEach(other -> there.add(mask.of(name, other.thing(name, before))));
    return there.stream().allMatch(Thing::isAbsent) || there.contains(here);
  }
}
