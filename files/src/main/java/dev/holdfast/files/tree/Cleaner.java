package dev.holdfast.files.tree;

import dev.holdfast.files.Directory;
import dev.holdfast.files.ground.OrderlyStop;
import dev.holdfast.files.inside.TreeRoot;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Sweeps old files from a directory, and cannot be tricked (F15).
 *
 * <p><b>Guarantees.</b> What is removed is what was judged. Each entry is pinned by a descriptor
 * and judged by it; then it is moved aside into a private quarantine on the same file system,
 * compared with the pinned object, and only then removed. What turns out to be another object, or
 * to have been used meanwhile, is put back. No link is followed and no path of more than one
 * component is looked up, so that nobody can lead it out of the directory; what is mounted inside
 * stays.
 *
 * <p>A file or directory with a lock of any kind on it (flock, POSIX or open-file-description) is
 * left alone, a directory with everything in it. So is a file that some process has open, for which
 * the kernel's lease is the evidence: see {@link CleaningRules#sparesOpenFiles}. Directories are
 * removed when they are empty and were old before the cleaning; one that stays has its times set
 * back, unless somebody else changed it meanwhile (as far as the clock of its file system tells).
 * Devices, FIFOs and (see {@link CleaningRules#withSparesSockets}) sockets stay.
 *
 * <p><b>Remaining races.</b> Between the move and the put-back the name is missing for a moment. If
 * the name is taken in that moment, the object stays in the quarantine and is reported. A cleaner
 * that is killed, other than by a signal that ends the virtual machine in an orderly way, can leave
 * its quarantine behind, with at most one entry in it. A process that has only a name, and no
 * descriptor and no lock, cannot be known to want the file. Looking at a file drops the POSIX
 * record locks that this very process holds on it (hazard L10): use it in a process that holds
 * none.
 *
 * <p><b>Threads.</b> Safe for all; one call works on the calling thread, and ends early when that
 * is interrupted.
 *
 * <p><b>Sources.</b> "Safe temporary file cleaning", systemd-tmpfiles(8) and its locks,
 * tmpreaper(8), F_SETLEASE(2const), renameat2(2).
 */
public final class Cleaner {
  private Cleaner() {}

  /**
   * Cleans what is in a directory; the directory itself stays.
   *
   * @param listener told of every decision
   */
  public static CleaningReport clean(
      Path directory, CleaningRules rules, Consumer<CleaningEvent> listener) throws IOException {
    return clean(TreeRoot.orSelf(directory), FileName.textOf(directory), rules, listener);
  }

  /** The same, in a held directory. */
  public static CleaningReport clean(
      Directory directory, CleaningRules rules, Consumer<CleaningEvent> listener)
      throws IOException {
    return clean(TreeRoot.of(directory), directory.path(), rules, listener);
  }

  private static CleaningReport clean(
      TreeRoot from, String path, CleaningRules rules, Consumer<CleaningEvent> listener)
      throws IOException {
    try (OrderlyStop _ = new OrderlyStop();
        TreeRoot root = from;
        Cleaning task = new Cleaning(rules, listener);
        TreeWalker walker =
            new TreeWalker(task, TreeOptions.defaults(), root.parent(), root.above())) {
      TreeReport report = walker.run(root.name());
      if (report.done().vanished() > 0 && report.done().directories() == 0) {
        throw new NoSuchFileException(path);
      }
      return new CleaningReport(
          task.decisions(), task.bytes(), report.failures(), report.stopped());
    }
  }
}
