package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Value;
import dev.holdfast.files.tree.TreeOptions;

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

  private final Value<Policy> policy;
  private final Value<Boolean> cross;

  TreeHardLinks(Command command) {
    policy =
        command
            .option(
                "--hard-links",
                "POLICY",
                Policy.class,
                "A file with several names, of which others may be somebody else's:"
                    + " ${COMPLETION-CANDIDATES}; inside changes it if all its names are in this"
                    + " tree. Default: ${DEFAULT-VALUE}.")
            .ordinarily("refuse");
    cross = command.flag("--cross-mounts", "Change what is in mounted file systems, too.");
  }

  TreeOptions apply(TreeOptions options) {
    return options.withHardLinks(policy.get().policy).withCrossMounts(cross.get());
  }
}
