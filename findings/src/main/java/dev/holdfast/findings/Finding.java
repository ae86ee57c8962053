package dev.holdfast.findings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Something to mend: which rule, where, how it happens, how we know, and how to see it again.
 *
 * @param rule what it is a case of
 * @param message the finding in one sentence
 * @param place where it is
 * @param tags a few words for filters, such as {@code RACE}
 * @param timeline how it happens, in order; may be empty
 * @param tables what was seen, where it is more than sentences can say
 * @param evidence what was seen, a sentence each
 * @param remarks what else to know, a sentence each
 * @param related where the same happens, too
 * @param fingerprint the same for the same finding in each run, whatever line or call number it has
 * @param replay the command line that shows it again; empty if there is none
 * @param standing whether it counts
 */
public record Finding(
    Rule rule,
    Severity severity,
    String message,
    Place place,
    List<String> tags,
    List<Step> timeline,
    List<Report.Table> tables,
    List<String> evidence,
    List<String> remarks,
    List<Place> related,
    String fingerprint,
    String replay,
    Standing standing) {
  public Finding {
    tags = List.copyOf(tags);
    timeline = List.copyOf(timeline);
    tables = List.copyOf(tables);
    evidence = List.copyOf(evidence);
    remarks = List.copyOf(remarks);
    related = List.copyOf(related);
  }

  /** One that sentences tell. */
  public Finding(
      Rule rule,
      Severity severity,
      String message,
      Place place,
      List<String> tags,
      List<Step> timeline,
      List<String> evidence,
      List<String> remarks,
      List<Place> related,
      String fingerprint,
      String replay) {
    this(
        rule,
        severity,
        message,
        place,
        tags,
        timeline,
        List.of(),
        evidence,
        remarks,
        related,
        fingerprint,
        replay,
        Standing.NEW);
  }

  /** The same, seen so. */
  public Finding withStanding(Standing itsStanding) {
    List<String> all = new ArrayList<>(remarks);
    if (itsStanding.known()) {
      all.add(
          "Known, and not counted"
              + (itsStanding.reason().isEmpty() ? "." : ": " + itsStanding.reason()));
    }
    return new Finding(
        rule,
        severity,
        message,
        place,
        tags,
        timeline,
        tables,
        evidence,
        all,
        related,
        fingerprint,
        replay,
        itsStanding);
  }

  /** Who takes part in the timeline, from the left. */
  public List<Step.Lane> lanes() {
    return timeline.stream()
        .map(Step::lane)
        .distinct()
        .sorted(Comparator.comparingInt(Step.Lane::place))
        .toList();
  }
}
