package dev.holdfast.files.tree;

import dev.holdfast.files.tree.CleaningEvent.Decision;
import java.util.List;
import java.util.Map;

/**
 * What a {@link Cleaner} did.
 *
 * @param decisions how often each was made
 * @param bytes of storage that what was removed used; not freed yet where it has other names
 * @param failures the first entries that could not be processed
 * @param stopped whether the work ended early, because the thread was interrupted
 */
public record CleaningReport(
    Map<Decision, Long> decisions, long bytes, List<TreeFailure> failures, boolean stopped) {
  public CleaningReport {
    decisions = Map.copyOf(decisions);
    failures = List.copyOf(failures);
  }

  public long count(Decision decision) {
    return decisions.getOrDefault(decision, 0L);
  }

  public boolean complete() {
    return failures.isEmpty() && !stopped;
  }
}
