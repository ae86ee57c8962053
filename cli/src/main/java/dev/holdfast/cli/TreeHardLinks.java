package dev.holdfast.cli;

import dev.holdfast.files.TreeOptions;
import picocli.CommandLine.Option;

/** What to do with files that have several names, as an option. */
final class TreeHardLinks {
  /** {@link TreeOptions.HardLinks} as people type it. */
  enum Policy {
    refuse(TreeOptions.HardLinks.REFUSE),
    inside(TreeOptions.HardLinks.INSIDE),
    allow(TreeOptions.HardLinks.ALLOW);

    final TreeOptions.HardLinks policy;

    Policy(TreeOptions.HardLinks policy) {
      this.policy = policy;
    }
  }

  @Option(
      names = "--hard-links",
      paramLabel = "POLICY",
      defaultValue = "refuse",
      description =
          "A file with several names, of which others may be somebody else's:"
              + " ${COMPLETION-CANDIDATES} (change it if all its names are in this tree). Default:"
              + " ${DEFAULT-VALUE}.")
  private Policy policy;

  @Option(names = "--cross-mounts", description = "Change what is in mounted file systems, too.")
  private boolean cross;

  TreeOptions apply(TreeOptions options) {
    return options.withHardLinks(policy.policy).withCrossMounts(cross);
  }
}
