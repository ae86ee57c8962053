package dev.holdfast.files.tree;

import java.util.function.Consumer;

/**
 * How a tree is worked on. Immutable: each method answers a changed copy.
 *
 * <p><b>Threads.</b> Safe for all. The callbacks are called on the caller's thread.
 */
public final class TreeOptions {
  private static final int USUAL_MAX_OPEN = 128;

  private final boolean crossMounts;
  private final HardLinks hardLinks;
  private final boolean forcePermissions;
  private final boolean devices;
  private final FailureHandler failures;
  private final Consumer<TreeProgress> progress;
  private final int maxOpenDirectories;

  private TreeOptions(
      boolean crossMounts,
      HardLinks hardLinks,
      boolean forcePermissions,
      boolean devices,
      FailureHandler failures,
      Consumer<TreeProgress> progress,
      int maxOpenDirectories) {
    if (maxOpenDirectories < 2) {
      throw new IllegalArgumentException("at least 2 open directories are needed");
    }
    this.crossMounts = crossMounts;
    this.hardLinks = hardLinks;
    this.forcePermissions = forcePermissions;
    this.devices = devices;
    this.failures = failures;
    this.progress = progress;
    this.maxOpenDirectories = maxOpenDirectories;
  }

  /** What changing owner or mode does with a file that has several names (hazard S12). */
  public enum HardLinks {
    /** Leaves it alone and reports it: its other name may belong to somebody else. */
    REFUSE,
    /**
     * Changes it once all of its names were seen inside the tree, and reports it otherwise.
     * Somebody who renames links while the tree is being walked can have one counted twice.
     */
    INSIDE,
    /** Changes it whatever its other names are. */
    ALLOW
  }

  /** How to go on after an entry failed. */
  public enum AfterFailure {
    /** Leave the entry and go on. */
    SKIP,
    /** Do the entry again; the handler has mended something, or waits. */
    RETRY,
    /** Do nothing more. */
    STOP
  }

  /** Asked for each entry that failed. */
  @FunctionalInterface
  public interface FailureHandler {
    AfterFailure afterFailure(TreeFailure failure);
  }

  /** Stays on one mount, refuses files with several names, goes on after failures. */
  public static TreeOptions defaults() {
    return new TreeOptions(
        false,
        HardLinks.REFUSE,
        false,
        false,
        failure -> AfterFailure.SKIP,
        progress -> {},
        USUAL_MAX_OPEN);
  }

  /** Whether what is mounted inside the tree belongs to it. */
  public TreeOptions withCrossMounts(boolean cross) {
    return new TreeOptions(
        cross, hardLinks, forcePermissions, devices, failures, progress, maxOpenDirectories);
  }

  /** What to do with a file that has more than one name. */
  public TreeOptions withHardLinks(HardLinks policy) {
    return new TreeOptions(
        crossMounts, policy, forcePermissions, devices, failures, progress, maxOpenDirectories);
  }

  /** Whether the owner of a directory is given the rights to work in it where it has none. */
  public TreeOptions withForcePermissions(boolean force) {
    return new TreeOptions(
        crossMounts, hardLinks, force, devices, failures, progress, maxOpenDirectories);
  }

  /** Whether copying makes device nodes. */
  public TreeOptions withDevices(boolean make) {
    return new TreeOptions(
        crossMounts, hardLinks, forcePermissions, make, failures, progress, maxOpenDirectories);
  }

  /** Decides, for each entry that failed, how to go on. */
  public TreeOptions onFailure(FailureHandler handler) {
    return new TreeOptions(
        crossMounts, hardLinks, forcePermissions, devices, handler, progress, maxOpenDirectories);
  }

  /** Told now and then what was done so far. */
  public TreeOptions onProgress(Consumer<TreeProgress> listener) {
    return new TreeOptions(
        crossMounts, hardLinks, forcePermissions, devices, failures, listener, maxOpenDirectories);
  }

  /**
   * How many directories are held open at once, at least 2; fewer where the limit of open files
   * leaves less room.
   */
  public TreeOptions withMaxOpenDirectories(int max) {
    return new TreeOptions(
        crossMounts, hardLinks, forcePermissions, devices, failures, progress, max);
  }

  public boolean crossMounts() {
    return crossMounts;
  }

  public HardLinks hardLinks() {
    return hardLinks;
  }

  public boolean forcePermissions() {
    return forcePermissions;
  }

  public boolean devices() {
    return devices;
  }

  public FailureHandler failures() {
    return failures;
  }

  public Consumer<TreeProgress> progress() {
    return progress;
  }

  public int maxOpenDirectories() {
    return maxOpenDirectories;
  }
}
