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
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Rlimit;
import dev.holdfast.path.FileName;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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
 * be too many, or the kernel has no descriptor left, the oldest after those two is <em>put
 * away</em>: its descriptor is closed, the place in its listing kept as the cookie of
 * getdents64(2).
 *
 * <p><b>Coming back.</b> When a frame below is done, the one above must be held again. First {@code
 * ..} of the finished one is opened: a single look-up, right in nearly every case. But {@code ..}
 * is where that directory is <em>now</em>. Whoever moved it away in the meantime would have the
 * work go on in a directory of their choice. So it counts only if device, inode, mount and time of
 * birth are those that were judged on the way down. Else the walk goes down again by name from the
 * root of the work, with the same question at each step, and what is not there any more is reported
 * as moved away: nothing is done in its new place, and the rest of the tree goes on.
 *
 * <p><b>Why the identity suffices.</b> A directory that was put away may be removed, and its inode
 * number given to a new one; the time of birth tells them apart. Where a file system has none, the
 * new one would have to get the same number, at the same place, below the same held frames.
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
  private static final byte[] DOT_DOT = Paths.bytes("..");
  private static final byte[] EMPTY = new byte[0];

  /** How often a directory is listed again because it was not empty. */
  private static final int MAX_PASSES = 16;

  /** How often an entry may turn from directory to something else and back. */
  private static final int MAX_TURNS = 64;

  private static final int FIRST_LOOK = 8;
  private static final int PROGRESS_EVERY = 1024;
  private static final int LONGEST_PATH = 4096;

  /** The hazard that a directory which was moved away while it was worked on is reported by. */
  static final Row MOVED_AWAY = Row.S19;

  private final TreeTask task;
  final TreeOptions options;
  private final byte[] above;
  private final List<TreeFrame> frames = new ArrayList<>();
  private final ArrayDeque<DirentCursor> cursors = new ArrayDeque<>();
  private final List<TreeFailure> failures = new ArrayList<>();

  /** The first frame after the root that holds its descriptor. */
  private int firstHeld = 2;

  /** Where the work began; on its mount the work stays. */
  private @Nullable Statx root;

  /** How many directories it holds at once at most, after the first two. */
  private int mostOpen;

  /** At how many held directories it asks next how many more there may be. */
  private int nextLook = FIRST_LOOK;

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
    this.above = above;
    this.root = root;
    this.sharedFrom = TreeTask.NEVER;
    this.mostOpen = options.maxOpenDirectories();
    this.frames.add(new TreeFrame(EMPTY, base));
  }

  TreeFrame base() {
    return frames.getFirst();
  }

  /** Does the work on one entry of the base, and on all that is below it. */
  TreeReport run(byte[] root) {
    handle(base(), root, Dirent.DT_UNKNOWN);
    while (frames.size() > 1 && !stopped) {
      step(frames.getLast());
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

  /** How many directories of the tree it is in. */
  int depth() {
    return frames.size() - 1;
  }

  /** The names of the directories it is in, from the root of the work on. */
  byte[][] names() {
    byte[][] names = new byte[depth()][];
    for (int i = 0; i < names.length; i++) {
      names[i] = frames.get(i + 1).name;
    }
    return names;
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
        if (!putSomeAway(failure) && !force(in, failure) && !retry(in, failure)) {
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
    DirentCursor free = cursors.poll();
    frame.cursor = free == null ? new DirentCursor() : free;
    frames.add(frame);
    if (root == null) {
      root = frame.judged;
    }
    if (frames.size() - firstHeld == nextLook) {
      nextLook *= 2;
      mostOpen = Math.min(mostOpen, mostOpen(frame));
    }
    if (frames.size() - firstHeld > maxOpenDirectories() - 1) {
      putAway(frames.get(firstHeld++));
    }
    return Plain.DONE;
  }

  private int maxOpenDirectories() {
    return sharedFrom == TreeTask.NEVER ? mostOpen : mostOpen - mostOpen / 2;
  }

  /** How many directories can be held if half of the descriptors that are left are for others. */
  private int mostOpen(TreeFrame newest) {
    Result<Long> limit = Rlimit.get(Rlimit.RLIMIT_NOFILE);
    if (limit.failed()) {
      return mostOpen;
    }
    int each = newest.copy == null ? 1 : 2;
    // The kernel gives the lowest number that is free: all below it are in use.
    long left = limit.value() - 1 - Math.max(newest.fd(), each == 1 ? 0 : newest.copyFd());
    return (int) Math.min(mostOpen, frames.size() - firstHeld + Math.max(0, left / (2L * each)));
  }

  /** When no descriptor is left: half of those held here, if there are any to spare. */
  private boolean putSomeAway(Failed failure) {
    String errno = failure.failure().errnoName();
    int held = frames.size() - firstHeld;
    if (held < 2 || !(errno.equals(Errno.EMFILE.name()) || errno.equals(Errno.ENFILE.name()))) {
      return false;
    }
    mostOpen = Math.max(2, held / 2);
    while (frames.size() - firstHeld > held / 2) {
      putAway(frames.get(firstHeld++));
    }
    return true;
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
        || in == base()
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
    int above = frames.size() - 2;
    TreeFrame in = frames.get(above);
    if (in.held == null && !comeBack(above)) {
      return;
    }
    for (; ; ) {
      Outcome outcome = task.leave(this, in, top);
      if (outcome == Plain.AGAIN && top.passes++ < MAX_PASSES && listAgain(top)) {
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
    drop(above + 1);
    tick();
    stopIfInterrupted();
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
    byte[] path = FileName.encode(path(EMPTY));
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

  private static boolean listAgain(TreeFrame frame) {
    DirentCursor cursor = frame.cursor;
    if (cursor == null || Unistd.lseek(frame.fd(), 0, Unistd.SEEK_SET).failed()) {
      return false;
    }
    cursor.reset();
    return true;
  }

  /** Gives up the frames from an index on. */
  private void drop(int from) {
    while (frames.size() > from) {
      TreeFrame frame = frames.removeLast();
      recycle(frame);
      frame.close();
    }
    firstHeld = Math.min(firstHeld, Math.max(2, frames.size()));
  }

  private void recycle(TreeFrame frame) {
    DirentCursor cursor = frame.cursor;
    if (cursor != null) {
      cursor.reset();
      cursors.push(cursor);
      frame.cursor = null;
    }
  }

  private void putAway(TreeFrame frame) {
    DirentCursor cursor = frame.cursor;
    frame.cookie = cursor == null ? 0 : cursor.cookie();
    recycle(frame);
    frame.close();
  }

  /** Holds a frame again that was put away; drops what cannot be found again. */
  private boolean comeBack(int index) {
    TreeFrame below = frames.get(index + 1);
    TreeFrame frame = frames.get(index);
    HeldDirectory source = open(below.fd(), DOT_DOT, frame.judged);
    Statx copyJudged = frame.copyJudged;
    if (source != null && copyJudged != null) {
      HeldDirectory copy = open(below.copyFd(), DOT_DOT, copyJudged);
      if (copy == null) {
        source.close();
        source = null;
      }
      frame.copy = copy;
    }
    if (source == null) {
      return comeBackByName(index);
    }
    frame.held = source;
    resume(frame);
    firstHeld = index;
    return true;
  }

  private static @Nullable HeldDirectory open(int dirfd, byte[] name, Statx judged) {
    Result<HeldDirectory> opened = HeldDirectory.open(dirfd, name, HeldDirectory.READ);
    if (opened.failed()) {
      return null;
    }
    if (!HeldDirectory.same(opened.value().judged, judged)) {
      opened.value().close();
      return null;
    }
    return opened.value();
  }

  private void resume(TreeFrame frame) {
    DirentCursor free = cursors.poll();
    frame.cursor = free == null ? new DirentCursor() : free;
    if (Unistd.lseek(frame.fd(), frame.cookie, Unistd.SEEK_SET).failed()) {
      listAgain(frame);
    }
  }

  /**
   * The directory is not where its child says: down again from the root. Those that are still where
   * they were go on; the rest was moved away.
   */
  private boolean comeBackByName(int index) {
    for (int i = 2; i <= index; i++) {
      TreeFrame in = frames.get(i - 1);
      TreeFrame frame = frames.get(i);
      HeldDirectory source = open(in.fd(), frame.name, frame.judged);
      Statx copyJudged = frame.copyJudged;
      HeldDirectory copy =
          source == null || copyJudged == null ? null : open(in.copyFd(), frame.name, copyJudged);
      boolean found = source != null && (copyJudged == null || copy != null);
      frame.held = source;
      frame.copy = copy;
      if (i > 2) {
        // The one above was needed for this step only, unless it is where the work goes on.
        if (found) {
          in.close();
        }
      }
      if (!found) {
        frame.close();
        lost(i);
        return false;
      }
    }
    resume(frames.get(index));
    firstHeld = index;
    return true;
  }

  private void lost(int index) {
    TreeFailure failure =
        TreeFailure.refused(
            pathOf(index, null), "open", "was moved away while it was being worked on", MOVED_AWAY);
    if (index > 2) {
      resume(frames.get(index - 1));
    }
    drop(index);
    firstHeld = Math.max(2, index - 1);
    TreeOptions.AfterFailure after = afterFailure(failure);
    frames.getLast().failed |= after != TreeOptions.AfterFailure.RETRY;
  }

  /** The path of an entry of the directory worked in, or of that directory, for messages. */
  String path(byte @Nullable [] name) {
    return pathOf(frames.size() - 1, name);
  }

  /** True for the directory itself that the path of {@link #base} leads to. */
  private boolean isAbove(byte[] name) {
    return above.length > 0 && name.length == 1 && name[0] == '.';
  }

  private String pathOf(int last, byte @Nullable [] name) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    path.writeBytes(above);
    for (int i = 1; i <= last; i++) {
      byte[] each = frames.get(i).name;
      if (i > 1 || !isAbove(each)) {
        path.writeBytes(each);
        path.write('/');
      }
    }
    if (name == null || (last == 0 && isAbove(name))) {
      // The directory itself: no slash after it, unless that is all.
      byte[] slashed = path.toByteArray();
      path.reset();
      path.write(slashed, 0, Math.max(slashed.length - 1, Math.min(slashed.length, 1)));
    } else {
      path.writeBytes(name);
    }
    byte[] whole = path.toByteArray();
    return whole.length <= LONGEST_PATH
        ? FileName.decode(whole)
        : "…"
            + FileName.decode(Arrays.copyOfRange(whole, whole.length - LONGEST_PATH, whole.length));
  }

  @Override
  public void close() {
    try {
      if (helper != null) {
        helper.close();
      }
    } finally {
      for (TreeFrame frame : frames) {
        frame.close();
      }
      frames.clear();
    }
  }
}
