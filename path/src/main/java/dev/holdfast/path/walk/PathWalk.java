package dev.holdfast.path.walk;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A path looked up name by name, as path_resolution(7) says: empty names and dots are passed over,
 * the target of a link stands in the place of its name, and forty links are enough. Where the walk
 * is, how a name is looked up there, which links are followed and what {@code ..} means is what its
 * subclasses say.
 *
 * <p>What is looked up stands still only as far as a subclass holds it.
 *
 * <p>Threads: one at a time.
 *
 * @param <E> what a look-up may fail with
 */
public abstract class PathWalk<E extends Exception> {
  /** As many as the kernel follows in one look-up, its own MAXSYMLINKS. */
  private static final int MAX_LINKS = 40;

  private static final byte[] UP = {'.', '.'};

  private byte[] path;
  private int at;
  private int links;
  private boolean ended;

  /**
   * A walk that has not begun.
   *
   * @param path whether it is absolute is for the subclass to see
   */
  protected PathWalk(byte[] path) {
    this.path = path;
  }

  /**
   * Looks a name up, and goes there unless it is to be followed or was the last.
   *
   * @param name neither {@code .} nor {@code ..}
   * @return the target of a link that is to be followed; null if there is none
   */
  protected abstract byte @Nullable [] step(byte[] name) throws E;

  /** Goes to the parent. */
  protected abstract void up() throws E;

  /** Goes to where absolute targets begin. */
  protected abstract void toRoot() throws E;

  /** Says so; the walk goes on as if the name were no link, unless it is ended. */
  protected abstract void tooManyLinks() throws E;

  /** Goes all the way, or until it is ended. */
  protected final void walk() throws E {
    while (!ended && toNextName()) {
      byte[] name = nextName();
      if (Arrays.equals(name, UP)) {
        up();
        continue;
      }
      byte[] target = step(name);
      if (target == null || ended) {
        continue;
      }
      if (++links > MAX_LINKS) {
        tooManyLinks();
        continue;
      }
      if (target.length > 0 && target[0] == '/') {
        toRoot();
      }
      putAhead(target);
    }
  }

  /** No further name is looked up. */
  protected final void end() {
    ended = true;
  }

  /** True if no name is ahead. */
  protected final boolean isLast() {
    return after(at) == path.length;
  }

  /** True if the last name was given with a slash or a dot behind it. */
  protected final boolean mustBeDirectory() {
    return at < path.length && isLast();
  }

  /** True if a dot is behind the last name: then that must be a directory one may enter. */
  protected final boolean endsInDot() {
    for (int i = at; i < path.length && isLast(); i++) {
      if (path[i] == '.') {
        return true;
      }
    }
    return false;
  }

  /** The index of the next name, dots and slashes passed over. */
  private int after(int from) {
    int i = from;
    while (i < path.length) {
      boolean dot = path[i] == '.' && (i + 1 == path.length || path[i + 1] == '/');
      boolean first = i == 0 || path[i - 1] == '/';
      if (path[i] != '/' && !(dot && first)) {
        break;
      }
      i++;
    }
    return i;
  }

  private boolean toNextName() {
    at = after(at);
    return at < path.length;
  }

  private byte[] nextName() {
    int from = at;
    while (at < path.length && path[at] != '/') {
      at++;
    }
    return Arrays.copyOfRange(path, from, at);
  }

  /** What follows the name begins with a slash or is empty. */
  private void putAhead(byte[] target) {
    byte[] joined = Arrays.copyOf(target, target.length + path.length - at);
    System.arraycopy(path, at, joined, target.length, path.length - at);
    path = joined;
    at = 0;
  }
}
