package dev.holdfast.locks.process;

import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Deadline;
import dev.holdfast.locks.wait.Watch;
import java.io.IOException;
import java.util.List;

/**
 * What really excludes. Owned by one {@link Slot}, which calls it from one thread at a time, except
 * for {@link #check}, {@link #token} and {@link #holders}.
 */
public interface Engine {
  Key key();

  /** What people call it. */
  String name();

  /** Takes it if that is possible now. Never waits. */
  boolean tryClaim(Mode mode) throws IOException;

  /**
   * Waits until it has it.
   *
   * @return false if the deadline passed
   */
  boolean claim(Mode mode, Deadline deadline) throws IOException, InterruptedException;

  /** Lets go of what was claimed. When it returns nobody is excluded any more. */
  void release() throws IOException;

  /** Changes the mode without a gap, if that is possible now. */
  default boolean convert(Mode to) throws IOException {
    throw new UnsupportedOperationException(
        "this kind of lock cannot change its mode without a gap");
  }

  /** The fencing token; asked for while it is held, at most once for each exclusive holding. */
  long token(Mode mode) throws IOException;

  /** Throws if what was claimed is not held any more. */
  void check(Mode mode) throws IOException;

  List<Holder> holders() throws IOException;

  /**
   * Has the hint run, from any thread, whenever what is claimed may have been lost, until what is
   * answered is closed. The hint returns at once: it only has somebody call {@link #check} and look
   * at the name. No hint has to come: where nobody watches, it is looked at every second.
   */
  default Watch watch(Runnable hint) {
    return Watch.NONE;
  }

  /** True if {@link #release} itself finds out that it was lost before. */
  default boolean releaseTells() {
    return false;
  }

  /**
   * Lets the programs that this process executes from now on keep the lock, or no longer: their
   * descriptor is the same.
   *
   * @return false if there is no descriptor to inherit
   */
  default boolean passOn(boolean on) throws IOException {
    return false;
  }

  /**
   * A process is about to be started that {@link #holderIs} will name: where it can be done, nobody
   * reads a name until then.
   */
  default void holderIsToCome() throws IOException {
    // Most kinds name nobody.
  }

  /** From now on this process, which inherited it, is the one that others should know of. */
  default void holderIs(int pid) throws IOException {
    // Most kinds name nobody.
  }

  /**
   * Lets go of it without taking it from those who inherited it: it is free when the last of them
   * has ended.
   *
   * @return true if the engine is disposed of by that
   */
  default boolean leaveToHeirs() throws IOException {
    release();
    return false;
  }

  /** The descriptor that others can inherit; -1 if there is none. */
  default int inheritable() {
    return -1;
  }

  /** Frees what is kept between two claims. Not called while it is claimed. */
  void dispose();
}
