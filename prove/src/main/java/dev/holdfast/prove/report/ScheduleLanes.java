package dev.holdfast.prove.report;

import dev.holdfast.prove.model.ScheduleFinding;
import dev.holdfast.prove.model.ScheduleStep;
import dev.holdfast.prove.model.ScheduleWait;
import java.util.ArrayList;
import java.util.List;

/** A schedule as people read it: a column for each program and one for what the kernel answers. */
final class ScheduleLanes {
  /** From here on what says little is left out. */
  private static final int MANY = 40;

  /** So many calls in a row are not worth leaving out. */
  private static final int FEW = 3;

  /**
   * A line.
   *
   * @param number of the step, from 1; 0 if it is none
   * @param program whose, from 0
   * @param kernel what the kernel answers; empty if nothing worth telling
   * @param key whether its place in the order is what matters
   * @param turn whether the turn was taken from one who could have gone on
   */
  record Row(int number, int program, String text, String kernel, boolean key, boolean turn) {
    private boolean isPlain() {
      return number > 0 && !key && !turn && kernel.isEmpty();
    }
  }

  private final ScheduleFinding finding;
  private final String directory;

  /**
   * @param shared the names that the programs share: what they have in common need not be told in
   *     each line
   */
  ScheduleLanes(ScheduleFinding finding, List<String> shared) {
    this.finding = finding;
    this.directory = common(shared);
  }

  /**
   * The directory that is left out of the lines, with a slash at its end; empty if there is none.
   */
  String directory() {
    return directory;
  }

  /** All lines; calls that are made again and again are told once. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    List<ScheduleStep> steps = finding.steps();
    int times = 1;
    for (int i = 0; i <= steps.size(); i++) {
      for (ScheduleWait wait : finding.waits()) {
        if (wait.step() == i) {
          rows.add(row(wait));
        }
      }
      if (i < steps.size()) {
        Row row = row(i, steps.get(i));
        boolean again = i > 0 && !row.key && !row.turn && isSame(steps.get(i - 1), steps.get(i));
        times = again ? times + 1 : 1;
        if (times == 1) {
          rows.add(row);
        } else {
          Row first = rows.removeLast();
          rows.add(
              new Row(
                  first.number,
                  first.program,
                  row.text + " (" + times + " times)",
                  first.kernel,
                  first.key,
                  first.turn));
        }
      }
    }
    return rows;
  }

  private static boolean isSame(ScheduleStep one, ScheduleStep next) {
    return one.program() == next.program()
        && one.call().equals(next.call())
        && one.about().equals(next.about())
        && one.result().equals(next.result())
        && one.holds().equals(next.holds());
  }

  /** As many lines as one looks at: of long runs the beginning and the end. */
  List<Row> shortened() {
    List<Row> rows = rows();
    if (rows.size() <= MANY) {
      return rows;
    }
    List<Row> fewer = new ArrayList<>();
    int i = 0;
    while (i < rows.size()) {
      int end = i;
      while (end < rows.size() && isWithin(rows, end)) {
        end++;
      }
      if (end - i > FEW) {
        String text = "(" + (end - i) + " more)";
        fewer.add(new Row(0, rows.get(i).program, text, "", false, false));
        i = end;
      } else {
        fewer.add(rows.get(i));
        i++;
      }
    }
    return fewer;
  }

  /** Whether it is plain, between plain ones of the same program. */
  private static boolean isWithin(List<Row> rows, int i) {
    return i > 0
        && i + 1 < rows.size()
        && rows.subList(i - 1, i + 2).stream()
            .allMatch(r -> r.isPlain() && r.program == rows.get(i).program);
  }

  private Row row(int index, ScheduleStep step) {
    List<String> answers = new ArrayList<>();
    if (!step.result().isEmpty()) {
      answers.add(step.result());
    }
    if (!step.holds().isEmpty()) {
      answers.add(brief(step.holds()));
    }
    return new Row(
        index + 1,
        step.program(),
        told(step.call(), step.about()),
        String.join(", ", answers),
        finding.turning().contains(index),
        step.preempts());
  }

  private Row row(ScheduleWait wait) {
    List<String> holders = wait.holders().stream().map(ScheduleWords::letter).toList();
    String kernel =
        ScheduleWords.letter(wait.program())
            + " waits"
            + (holders.isEmpty() ? "" : " for " + String.join(" and ", holders));
    return new Row(0, wait.program(), told(wait.call(), wait.about()), kernel, false, false);
  }

  private String told(String call, String about) {
    return about.isEmpty() ? call : call + " " + brief(about);
  }

  /** Paths as they are called in the common directory. */
  String brief(String names) {
    if (directory.isEmpty()) {
      return names;
    }
    String first = names.startsWith(directory) ? names.substring(directory.length()) : names;
    return first.replace(" -> " + directory, " -> ").replace(", " + directory, ", ");
  }

  private static String common(List<String> names) {
    String common = "";
    for (String name : names) {
      String own = name.substring(0, name.lastIndexOf('/') + 1);
      common = common.isEmpty() ? own : shared(common, own);
    }
    // A short one costs more to explain than it saves.
    return common.length() > 2 ? common : "";
  }

  private static String shared(String one, String other) {
    int end = 0;
    for (int i = 0; i < Math.min(one.length(), other.length()); i++) {
      if (one.charAt(i) != other.charAt(i)) {
        break;
      }
      if (one.charAt(i) == '/') {
        end = i + 1;
      }
    }
    return one.substring(0, end);
  }
}
