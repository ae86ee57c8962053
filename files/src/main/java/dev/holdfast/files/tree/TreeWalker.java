package dev.holdfast.files.tree;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.ground.HeldDirectory;
import dev.holdfast.files.tree.TreeTask.Failed;
import dev.holdfast.files.tree.TreeTask.Outcome;
import dev.holdfast.files.tree.TreeTask.Plain;
import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.DirentCursor;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.path.FileName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a tree, depth first, on held descriptors only.
 *
 * <p><b>A step.</b> Each directory on the way is a {@link TreeFrame}: its name, its descriptor,
 * what it was when it was opened, and how far its listing was read. The task works on an entry by
 * the descriptor of the frame above it and one name; no path of more than one component is ever
 * looked up, and no link is followed. A listing is not trusted: what it calls a directory is one
 * when opening it as one succeeded, and what turns out to be the other kind is tried as that, a
 * bounded number of times, since somebody may exchange the two for ever.
 *
 * <p><b>Why it does not recurse.</b> A tree is as deep as whoever made it likes: a stack of calls
 * would end there, and so would the descriptors. Frames are on the heap, and at most so many of
 * them are held: the base, the root of the work, and the last ones of the way. When one more would
 * be too many, the oldest after those two is put away, and found again when the work comes back to
 * it: see {@link TreeWay}.
 *
 * <p><b>Why not simpler.</b> To hold everything fails on deep trees, to hold only the last
 * directory makes each return a question of identity; nftw(3) asks it by path, which is what
 * attackers wait for.
 *
 * <p><b>Remaining races.</b> What is moved away while it is worked on is finished there, as it is
 * held; where that is nobody can say.
 *
 * <p><b>Threads.</b> One at a time; a {@link TreeHelper} takes whole directories in a second one.
 *
 * <p><b>Sources.</b> getdents64(2), openat(2); fts(3) and its FTS_NOCHDIR.
 */
final class TreeWalker implements AutoCloseable {
  private static final byte[] SELF = Paths.bytes(".");

  /** How often a directory is listed again because it was not empty. */
  private static final int MAX_PASSES = 16;

  /** How often an entry may turn from directory to something else and back. */
  private static final int MAX_TURNS = 64;

  private static final int PROGRESS_EVERY = 1024;

  /** The hazard that a directory which was moved away while it was worked on is reported by. */
  static final Row MOVED_AWAY = Row.S19;

  private final TreeTask task;
  final TreeOptions options;
  final TreeWay way;
  private final List<TreeFailure> failures = new ArrayList<>();

  /** Where the work began; on its mount the work stays. */
  private @Nullable Statx root;

  private long sharedFrom;
  private @Nullable TreeHelper helper;
  private long directories;
  private long others;
  private long vanished;
  private long failed;
  private long sinceProgress;

  /** Set by the walker that this one helps, too. */
  private volatile boolean stopped;

  /** Bytes copied so far; kept by the task. */
  long bytes;

  /**
   * @param base the directory in which the root of the work is
   * @param above the path of {@code base} for messages, empty or ending in a slash
   */
  TreeWalker(TreeTask task, TreeOptions options, HeldDirectory base, byte[] above) {
    this(task, options, base, above, null);
    sharedFrom = task.sharedFrom(options);
  }

  private TreeWalker(
      TreeTask task, TreeOptions options, HeldDirectory base, byte[] above, @Nullable Statx root) {
    this.task = task;
    this.options = options;
    this.root = root;
    this.sharedFrom = TreeTask.NEVER;
    this.way = new TreeWay(base, above, options.maxOpenDirectories());
  }

  /** Does the work on one entry of the base, and on all that is below it. */
  TreeReport run(byte[] root) {
    handle(way.base(), root, Dirent.DT_UNKNOWN);
    while (way.depth() > 0 && !stopped) {
      step(way.top());
    }
    endHelp();
    if (!stopped) {
      task.end(this);
    }
    TreeProgress done = progress();
    options.progress().accept(done);
    return new TreeReport(done, failures, stopped);
  }

  private TreeProgress progress() {
    return new TreeProgress(directories, others, bytes, vanished, failed);
  }

  /** Ends the work after the entry it is at. For any thread. */
  void stop() {
    stopped = true;
  }

  private void step(TreeFrame top) {
    DirentCursor cursor = top.cursor;
    if (cursor == null) {
      throw new IllegalStateException("the top frame is always held");
    }
    if (cursor.next()) {
      handle(top, cursor.name(), cursor.type());
      return;
    }
    SyscallResult filled = cursor.fill(top.fd());
    // ENOENT: the directory was removed after it was opened, so nothing is left in it.
    if (filled.failed() && !filled.is(Errno.ENOENT)) {
      TreeFailure failure = TreeFailure.of(path(null), "getdents64", filled.errno());
      top.failed = true;
      if (afterFailure(failure) == TreeOptions.AfterFailure.RETRY) {
        return;
      }
      finish(top);
    } else if (filled.failed() || filled.raw() == 0) {
      finish(top);
    }
  }

  private void handle(TreeFrame in, byte[] name, int type) {
    if (type == Dirent.DT_DIR && others + directories >= sharedFrom && giveAway(in, name)) {
      return;
    }
    boolean asDirectory = type == Dirent.DT_DIR || type == Dirent.DT_UNKNOWN;
    for (int turns = 0; ; ) {
      Outcome outcome = asDirectory ? descend(in, name) : task.other(this, in, name, type);
      // A switch over both kinds of outcome would have to be linked at the first use.
      if (outcome instanceof Failed failure) {
        if (!hasRoomAgain(failure) && !force(in, failure) && !retry(in, failure)) {
          return;
        }
        continue;
      }
      switch ((Plain) outcome) {
        case DONE -> {
          if (!asDirectory) {
            others++;
          }
          tick();
          return;
        }
        case SKIPPED -> {
          return;
        }
        case VANISHED -> {
          vanished++;
          return;
        }
        case DIRECTORY, NOT_DIRECTORY, AGAIN -> {
          asDirectory = outcome == Plain.DIRECTORY;
          if (++turns > MAX_TURNS) {
            Failed raced =
                new Failed(
                    TreeFailure.refused(
                        path(name),
                        "open",
                        "keeps changing its type while it is worked on",
                        Row.S18));
            if (!retry(in, raced)) {
              return;
            }
            turns = 0;
          }
        }
      }
    }
  }

  private boolean retry(TreeFrame in, Failed outcome) {
    if (afterFailure(outcome.failure()) == TreeOptions.AfterFailure.RETRY) {
      return true;
    }
    in.failed = true;
    return false;
  }

  TreeOptions.AfterFailure afterFailure(TreeFailure failure) {
    TreeOptions.AfterFailure after = options.failures().afterFailure(failure);
    if (after != TreeOptions.AfterFailure.RETRY) {
      failed++;
      if (failures.size() < TreeReport.KEPT_FAILURES) {
        failures.add(failure);
      }
    }
    if (after == TreeOptions.AfterFailure.STOP) {
      stop();
    }
    return after;
  }

  private void tick() {
    if (++sinceProgress >= PROGRESS_EVERY) {
      sinceProgress = 0;
      options.progress().accept(progress());
      stopIfInterrupted();
    }
  }

  private void stopIfInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      stop();
    }
  }

  private Outcome descend(TreeFrame in, byte[] name) {
    Result<HeldDirectory> opened = HeldDirectory.open(in.fd(), name, HeldDirectory.READ);
    if (opened.is(Errno.EACCES) && forceClosed(in, name)) {
      opened = HeldDirectory.open(in.fd(), name, HeldDirectory.READ);
    }
    if (opened.failed()) {
      return switch (opened.errno()) {
        case ENOENT -> Plain.VANISHED;
        case ENOTDIR, ELOOP -> Plain.NOT_DIRECTORY;
        default -> failed(name, "openat", opened.errno());
      };
    }
    HeldDirectory held = opened.value();
    if (!options.crossMounts() && root != null && held.judged.mountId() != root.mountId()) {
      held.close();
      return task.mounted(this, name, held.judged);
    }
    TreeFrame frame = new TreeFrame(name, held);
    Outcome entered = task.enter(this, in, frame);
    if (entered != Plain.DONE) {
      frame.close();
      return entered;
    }
    if (root == null) {
      root = frame.judged;
    }
    way.enter(frame, sharedFrom != TreeTask.NEVER);
    return Plain.DONE;
  }

  /** When no descriptor is left: whether some were given up for it. */
  private boolean hasRoomAgain(Failed failure) {
    String errno = failure.failure().errnoName();
    return (errno.equals(Errno.EMFILE.name()) || errno.equals(Errno.ENFILE.name()))
        && way.putHalfAway();
  }

  Failed failed(byte @Nullable [] name, String call, Errno errno) {
    return new Failed(TreeFailure.of(path(name), call, errno));
  }

  /** Lets the owner into a directory that was closed to it. */
  private boolean forceClosed(TreeFrame in, byte[] name) {
    Result<HeldDirectory> pinned = HeldDirectory.open(in.fd(), name, HeldDirectory.PIN);
    if (pinned.failed()) {
      return false;
    }
    try (HeldDirectory directory = pinned.value()) {
      return task.letIn(this, directory.fd, directory.judged);
    }
  }

  /** Lets the owner work in the directory in which something was just refused; once. */
  private boolean force(TreeFrame in, Failed failure) {
    if (in.permissionsForced
        || in == way.base()
        || !failure.failure().errnoName().equals(Errno.EACCES.name())) {
      return false;
    }
    in.permissionsForced = true;
    return task.letIn(this, in.fd(), in.judged);
  }

  private void finish(TreeFrame top) {
    if (helper != null && helper.worksIn(top) && !takeBack(helper, top)) {
      return;
    }
    int missing = way.comeBack();
    if (missing != TreeWay.NONE) {
      lost(missing);
      return;
    }
    TreeFrame in = way.aboveTop();
    for (; ; ) {
      Outcome outcome = task.leave(this, in, top);
      if (outcome == Plain.AGAIN && top.passes++ < MAX_PASSES && TreeWay.listAgain(top)) {
        return;
      }
      if (outcome == Plain.AGAIN) {
        outcome = failed(null, "unlinkat", Errno.ENOTEMPTY);
      }
      if (outcome instanceof Failed failure) {
        if (force(in, failure) || retry(in, failure)) {
          continue;
        }
      } else if (outcome == Plain.VANISHED) {
        vanished++;
      } else if (outcome == Plain.DONE) {
        directories++;
      }
      break;
    }
    way.leave();
    tick();
    stopIfInterrupted();
  }

  private void lost(int index) {
    TreeFailure failure =
        TreeFailure.refused(
            way.path(index, null),
            "open",
            "was moved away while it was being worked on",
            MOVED_AWAY);
    way.giveUp(index);
    TreeOptions.AfterFailure after = afterFailure(failure);
    way.top().failed |= after != TreeOptions.AfterFailure.RETRY;
  }

  /** The path of an entry of the directory worked in, or of that directory, for messages. */
  String path(byte @Nullable [] name) {
    return way.path(way.depth(), name);
  }

  // --- help -----------------------------------------------------------------------------------

  /** Gives a directory to the helper, if that has nothing to do. */
  private boolean giveAway(TreeFrame in, byte[] name) {
    if (helper == null) {
      try {
        helper = new TreeHelper();
      } catch (OutOfMemoryError noThread) {
        sharedFrom = TreeTask.NEVER;
        return false;
      }
    } else if (helper.isComplete()) {
      count(helper.takeBack());
    }
    if (!helper.isFree()) {
      return false;
    }
    Result<HeldDirectory> base = HeldDirectory.open(in.fd(), SELF, HeldDirectory.PIN);
    if (base.failed()) {
      return false;
    }
    TreeOptions quietly =
        options
            .onFailure(failure -> TreeOptions.AfterFailure.STOP)
            .onProgress(progress -> {})
            .withMaxOpenDirectories(options.maxOpenDirectories() / 2);
    byte[] path = FileName.encode(path(new byte[0]));
    helper.give(in, name, new TreeWalker(task.shared(), quietly, base.value(), path, root));
    return true;
  }

  /**
   * Waits for what the helper does in a directory.
   *
   * @return whether the directory is done with that
   */
  private boolean takeBack(TreeHelper from, TreeFrame in) {
    byte[] name = from.name();
    TreeReport report = from.takeBack();
    count(report);
    tick();
    if (report.complete()) {
      return true;
    }
    // What fails is done, and reported, by this thread.
    from.close();
    helper = null;
    sharedFrom = TreeTask.NEVER;
    for (TreeFailure failure : report.failures()) {
      // But what was moved away is not found again.
      if (failure.row() == MOVED_AWAY) {
        in.failed |= afterFailure(failure) != TreeOptions.AfterFailure.RETRY;
      }
    }
    if (!stopped) {
      handle(in, name, Dirent.DT_DIR);
    }
    return false;
  }

  private void endHelp() {
    if (helper == null) {
      return;
    }
    try (TreeHelper ending = helper) {
      helper = null;
      // Here if this was stopped, or if the directory above was taken away meanwhile.
      if (!ending.isFree()) {
        if (stopped) {
          ending.stop();
        }
        TreeReport report = ending.takeBack();
        count(report);
        if (!stopped) {
          report.failures().forEach(this::afterFailure);
        }
        stopIfInterrupted();
      }
    }
  }

  private void count(TreeReport report) {
    directories += report.done().directories();
    others += report.done().others();
    vanished += report.done().vanished();
    sinceProgress += report.done().entries();
  }

  @Override
  public void close() {
    try {
      if (helper != null) {
        helper.close();
      }
    } finally {
      way.close();
    }
  }
}
