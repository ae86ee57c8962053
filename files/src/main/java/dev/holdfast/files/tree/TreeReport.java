package dev.holdfast.files.tree;

import java.util.List;

/**
 * What tree work did.
 *
 * @param done the counts at the end
 * @param failures the first ones, {@value #KEPT_FAILURES} at most: {@code done.failures()} counts
 *     them all
 * @param stopped whether the work ended early, because a failure handler said so or the thread was
 *     interrupted
 */
public record TreeReport(TreeProgress done, List<TreeFailure> failures, boolean stopped) {
  static final int KEPT_FAILURES = 1000;

  public TreeReport {
    failures = List.copyOf(failures);
  }

  /** True if everything asked for was done. */
  public boolean complete() {
    return done.failures() == 0 && !stopped;
  }
}
