package dev.holdfast.files;

import java.util.function.Consumer;

/**
 * How a tree is worked on. Immutable: each method answers a changed copy.
 *
 * <p><b>Threads.</b> Safe for all. The callbacks are called on the caller's thread.
 *
 * @param crossMounts whether what is mounted inside the tree belongs to it
 * @param hardLinks what to do with a file that has more than one name
 * @param forcePermissions give the owner of a directory the rights to work in it where it has none
 * @param devices whether copying makes device nodes
 * @param failures decides, for each entry that failed, how to go on
 * @param progress called now and then with what was done so far
 * @param maxOpenDirectories how many directories are held open at once, at least 2; fewer where the
 *     limit of open files leaves less room
 */
public record TreeOptions(
    boolean crossMounts,
    HardLinks hardLinks,
    boolean forcePermissions,
    boolean devices,
    FailureHandler failures,
    Consumer<TreeProgress> progress,
    int maxOpenDirectories) {

  private static final int USUAL_MAX_OPEN = 128;

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

  public TreeOptions {
    if (maxOpenDirectories < 2) {
      throw new IllegalArgumentException("at least 2 open directories are needed");
    }
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

  public TreeOptions withCrossMounts(boolean cross) {
    return new TreeOptions(
        cross, hardLinks, forcePermissions, devices, failures, progress, maxOpenDirectories);
  }

  public TreeOptions withHardLinks(HardLinks policy) {
    return new TreeOptions(
        crossMounts, policy, forcePermissions, devices, failures, progress, maxOpenDirectories);
  }

  public TreeOptions withForcePermissions(boolean force) {
    return new TreeOptions(
        crossMounts, hardLinks, force, devices, failures, progress, maxOpenDirectories);
  }

  public TreeOptions withDevices(boolean make) {
    return new TreeOptions(
        crossMounts, hardLinks, forcePermissions, make, failures, progress, maxOpenDirectories);
  }

  public TreeOptions onFailure(FailureHandler handler) {
    return new TreeOptions(
        crossMounts, hardLinks, forcePermissions, devices, handler, progress, maxOpenDirectories);
  }

  public TreeOptions onProgress(Consumer<TreeProgress> listener) {
    return new TreeOptions(
        crossMounts, hardLinks, forcePermissions, devices, failures, listener, maxOpenDirectories);
  }

  public TreeOptions withMaxOpenDirectories(int max) {
    return new TreeOptions(
        crossMounts, hardLinks, forcePermissions, devices, failures, progress, max);
  }
}
