package dev.holdfast.files.tree;

import dev.holdfast.files.ground.HeldDirectory;
import dev.holdfast.libc.DirentCursor;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
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
 * The directories on the way from the base of tree work to where it stands, of which only so many
 * are held.
 *
 * <p><b>Putting away.</b> Held are the base, the root of the work, and the last ones of the way.
 * When one more would be too many, or the kernel has no descriptor left, the oldest after those two
 * is <em>put away</em>: its descriptor is closed, the place in its listing kept as the cookie of
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
 * <p>Threads: one at a time.
 */
final class TreeWay implements AutoCloseable {
  /** For {@link #comeBack}. */
  static final int NONE = -1;

  private static final byte[] DOT_DOT = Paths.bytes("..");
  private static final byte[] EMPTY = new byte[0];
  private static final int FIRST_LOOK = 8;
  private static final int LONGEST_PATH = 4096;

  private final byte[] above;
  private final List<TreeFrame> frames = new ArrayList<>();
  private final ArrayDeque<DirentCursor> cursors = new ArrayDeque<>();

  /** The first frame after the root that holds its descriptor. */
  private int firstHeld = 2;

  /** How many directories it holds at once at most, after the first two. */
  private int mostOpen;

  /** At how many held directories it asks next how many more there may be. */
  private int nextLook = FIRST_LOOK;

  /**
   * @param base the directory in which the root of the work is
   * @param above its path for messages, empty or ending in a slash
   */
  TreeWay(HeldDirectory base, byte[] above, int mostOpen) {
    this.above = above;
    this.mostOpen = mostOpen;
    this.frames.add(new TreeFrame(EMPTY, base));
  }

  TreeFrame base() {
    return frames.getFirst();
  }

  TreeFrame top() {
    return frames.getLast();
  }

  /** The frame in which the last one is. */
  TreeFrame aboveTop() {
    return frames.get(frames.size() - 2);
  }

  /** How many directories of the tree it is in. */
  int depth() {
    return frames.size() - 1;
  }

  /** The names of the directories it is in, from the root of the work on. */
  byte[][] names() {
    return frames.stream().skip(1).map(frame -> frame.name).toArray(byte[][]::new);
  }

  /**
   * Goes into a directory.
   *
   * @param shared whether descriptors are to be left for a second thread
   */
  void enter(TreeFrame frame, boolean shared) {
    frame.cursor = cursor();
    frames.add(frame);
    if (frames.size() - firstHeld == nextLook) {
      nextLook *= 2;
      mostOpen = Math.min(mostOpen, mostOpen(frame));
    }
    if (frames.size() - firstHeld > (shared ? mostOpen - mostOpen / 2 : mostOpen) - 1) {
      putAway(frames.get(firstHeld++));
    }
  }

  private DirentCursor cursor() {
    DirentCursor free = cursors.poll();
    return free == null ? new DirentCursor() : free;
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

  /** Puts half of those held here away, if there are any to spare. */
  boolean putHalfAway() {
    int held = frames.size() - firstHeld;
    if (held < 2) {
      return false;
    }
    mostOpen = Math.max(2, held / 2);
    while (frames.size() - firstHeld > held / 2) {
      putAway(frames.get(firstHeld++));
    }
    return true;
  }

  /** Leaves the last directory. */
  void leave() {
    drop(frames.size() - 1);
  }

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

  /**
   * Holds the frame above the last one again, if it was put away.
   *
   * @return the index of the one that cannot be found again, for {@link #giveUp}; or {@link #NONE}
   */
  int comeBack() {
    int index = frames.size() - 2;
    TreeFrame below = frames.getLast();
    TreeFrame frame = frames.get(index);
    if (frame.held != null) {
      return NONE;
    }
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
    return NONE;
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
    frame.cursor = cursor();
    if (Unistd.lseek(frame.fd(), frame.cookie, Unistd.SEEK_SET).failed()) {
      listAgain(frame);
    }
  }

  /**
   * The directory is not where its child says: down again from the root. Those that are still where
   * they were go on; the rest was moved away.
   */
  private int comeBackByName(int index) {
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
      if (i > 2 && found) {
        // The one above was needed for this step only, unless it is where the work goes on.
        in.close();
      }
      if (!found) {
        frame.close();
        return i;
      }
    }
    resume(frames.get(index));
    firstHeld = index;
    return NONE;
  }

  /** Goes back to the frame before one that cannot be found again. */
  void giveUp(int index) {
    if (index > 2) {
      resume(frames.get(index - 1));
    }
    drop(index);
    firstHeld = Math.max(2, index - 1);
  }

  static boolean listAgain(TreeFrame frame) {
    DirentCursor cursor = frame.cursor;
    if (cursor == null || Unistd.lseek(frame.fd(), 0, Unistd.SEEK_SET).failed()) {
      return false;
    }
    cursor.reset();
    return true;
  }

  /** True for the directory itself that the path of {@link #base} leads to. */
  private boolean isAbove(byte[] name) {
    return above.length > 0 && name.length == 1 && name[0] == '.';
  }

  /** The path of an entry of a frame's directory, or of that directory, for messages. */
  String path(int last, byte @Nullable [] name) {
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
    frames.forEach(TreeFrame::close);
    frames.clear();
  }
}
