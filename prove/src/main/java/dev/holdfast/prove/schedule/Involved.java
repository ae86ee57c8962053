package dev.holdfast.prove.schedule;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.ScheduleWait;
import dev.holdfast.prove.schedule.run.Actor;
import dev.holdfast.prove.schedule.run.Family;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The processes of one command that have a part in what was found, as people read of them: by
 * letters, as programs are.
 *
 * @param titles what they are, {@code A} first
 */
record Involved(List<String> titles, List<ScheduleFinding> findings) {
  private static final Pattern TASK = Pattern.compile("task ([0-9]+)");

  static Involved in(List<ScheduleFinding> found, Family family) {
    TreeSet<Integer> numbers = new TreeSet<>();
    for (ScheduleFinding each : found) {
      each.steps().forEach(step -> numbers.add(step.program()));
      each.waits().forEach(wait -> numbers.add(wait.program()));
      each.waits().forEach(wait -> numbers.addAll(wait.holders()));
      each.evidence()
          .forEach(
              line ->
                  TASK.matcher(line)
                      .results()
                      .forEach(m -> numbers.add(Family.FIRST + Integer.parseInt(m.group(1)))));
    }
    List<Integer> all = List.copyOf(numbers);
    return new Involved(
        all.stream().map(family::title).toList(),
        found.stream().map(each -> of(each, all)).toList());
  }

  private static ScheduleFinding of(ScheduleFinding finding, List<Integer> all) {
    return new ScheduleFinding(
        finding.kind(),
        finding.evidence().stream().map(line -> lettered(line, all)).toList(),
        finding.steps().stream()
            .map(
                s ->
                    new ScheduleStep(
                        all.indexOf(s.program()),
                        s.task(),
                        s.call(),
                        s.about(),
                        s.result(),
                        lettered(s.holds(), all),
                        s.preempts()))
            .toList(),
        finding.waits().stream()
            .map(
                w ->
                    new ScheduleWait(
                        w.step(),
                        all.indexOf(w.program()),
                        w.call(),
                        w.about(),
                        w.holders().stream().map(all::indexOf).toList()))
            .toList(),
        finding.turning(),
        finding.outcomes(),
        finding.preemptions(),
        finding.replay(),
        finding.again());
  }

  private static String lettered(String line, List<Integer> all) {
    return TASK.matcher(line)
        .replaceAll(
            m -> {
              int place = all.indexOf(Family.FIRST + Integer.parseInt(m.group(1)));
              return place < 0 ? m.group() : Actor.name(place);
            });
  }
}
