package dev.holdfast.files.tree;

import dev.holdfast.files.Directory;
import dev.holdfast.files.ground.Modes;
import dev.holdfast.files.inside.TreeRoot;
import dev.holdfast.files.trust.Trust;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Walking, deleting, copying and changing whole directory trees, that nobody can lead astray (F14).
 *
 * <p>Each work begins at a path, or at a name below a held {@link Directory}: then nobody can lead
 * the way to it astray either.
 *
 * <p><b>Guarantees.</b> The parent of the given path is opened once; everything else happens
 * relative to held descriptors, one name at a time. No symbolic link is followed, neither the last
 * component of the given path nor anything below it, whenever it appears. A directory is gone into
 * by opening it as a directory; an owner or mode is changed on the very object whose type, owner
 * and link count were judged. Copies are made exclusively, in directories that are closed to others
 * until they are complete. Depth is limited by memory alone, at a few hundred bytes for each level;
 * the number of entries is not limited, except that files with several names are remembered until
 * all names were seen. An entry that fails does not end the work: see {@link
 * TreeOptions#onFailure}.
 *
 * <p><b>Remaining races.</b> The way to the parent of the given path is resolved as the kernel
 * does: where others can write on that way, judge it with {@link Trust} first. Deleting removes
 * what stands under a name of the tree at that moment; what somebody moves into the tree while it
 * is being deleted is deleted with it. A directory that is moved away after it was opened is still
 * worked on, and then reported. A copy of a file that is being written is as torn as any reader's
 * view of it.
 *
 * <p><b>Threads.</b> Safe for all; one call works on the calling thread, and calls back on it
 * alone. Deleting a large tree has a second thread help, which has the identity of the calling one.
 * Work ends early, with {@link TreeReport#stopped}, when the calling thread is interrupted.
 *
 * <p><b>Sources.</b> openat(2), unlink(2), chown(2), CVE-2022-21658 (the same race in a standard
 * library), GNU fts.
 */
public final class Trees {
  private Trees() {}

  /**
   * Removes a tree, or a single file or link.
   *
   * @throws java.nio.file.NoSuchFileException if the parent of the path is not there
   */
  public static TreeReport delete(Path root, TreeOptions options) throws IOException {
    return work(TreeRoot.of(root), options, new TreeDeletion(false));
  }

  /** Removes everything in a directory, and not the directory. Anything else is a failure. */
  public static TreeReport deleteContents(Path root, TreeOptions options) throws IOException {
    return work(TreeRoot.orSelf(root), options, new TreeDeletion(true));
  }

  /** Removes everything in a held directory, and not the directory. */
  public static TreeReport deleteContents(Directory directory, TreeOptions options)
      throws IOException {
    return work(TreeRoot.of(directory), options, new TreeDeletion(true));
  }

  /** Removes an entry of a held directory, and all that is below it. */
  public static TreeReport delete(Directory directory, String name, TreeOptions options)
      throws IOException {
    return work(TreeRoot.of(directory, name), options, new TreeDeletion(false));
  }

  /**
   * Copies a tree, or a single file or link, with owners (where permitted), modes, times, extended
   * attributes, ACLs, holes and hard links.
   *
   * @param target must not exist; its parent must
   */
  public static TreeReport copy(Path source, Path target, TreeOptions options) throws IOException {
    return copy(TreeRoot.orSelf(source), () -> TreeRoot.of(target), options);
  }

  /**
   * The same, between held directories.
   *
   * @param name {@code .} for the directory itself
   */
  public static TreeReport copy(
      Directory source, String name, Directory target, String targetName, TreeOptions options)
      throws IOException {
    return copy(rootOf(source, name), () -> TreeRoot.of(target, targetName), options);
  }

  private interface Target {
    TreeRoot open() throws IOException;
  }

  private static TreeReport copy(TreeRoot source, Target target, TreeOptions options)
      throws IOException {
    try (TreeRoot from = source;
        TreeRoot to = target.open();
        TreeWalker walker =
            new TreeWalker(
                new TreeCopy(to.name(), FileName.decode(to.above()) + FileName.decode(to.name())),
                options,
                from.parent(),
                from.above())) {
      walker.way.base().copyInto(to.parent());
      return walker.run(from.name());
    }
  }

  /**
   * Shows every object of a tree to a visitor, directories before what is in them. An entry that
   * the visitor throws an exception for is handled as one that failed.
   */
  public static TreeReport walk(Path root, TreeOptions options, TreeVisitor visitor)
      throws IOException {
    return work(TreeRoot.orSelf(root), options, new TreeVisit(visitor));
  }

  /**
   * The same, from an entry of a held directory.
   *
   * @param name {@code .} for the directory itself
   */
  public static TreeReport walk(
      Directory directory, String name, TreeOptions options, TreeVisitor visitor)
      throws IOException {
    return work(rootOf(directory, name), options, new TreeVisit(visitor));
  }

  /** Changes the owner of everything; of links themselves, never of what they point to. */
  public static TreeReport chown(Path root, OwnerChange change, TreeOptions options)
      throws IOException {
    return work(TreeRoot.orSelf(root), options, new TreeMetadata(new Owner(change)));
  }

  /**
   * The same, from an entry of a held directory.
   *
   * @param name {@code .} for the directory itself
   */
  public static TreeReport chown(
      Directory directory, String name, OwnerChange change, TreeOptions options)
      throws IOException {
    return work(rootOf(directory, name), options, new TreeMetadata(new Owner(change)));
  }

  /** Changes the permission bits of everything but symbolic links, which have none. */
  public static TreeReport chmod(Path root, ModeChange change, TreeOptions options)
      throws IOException {
    return work(TreeRoot.orSelf(root), options, new TreeMetadata(new Mode(change)));
  }

  /**
   * The same, from an entry of a held directory.
   *
   * @param name {@code .} for the directory itself
   */
  public static TreeReport chmod(
      Directory directory, String name, ModeChange change, TreeOptions options) throws IOException {
    return work(rootOf(directory, name), options, new TreeMetadata(new Mode(change)));
  }

  private static TreeRoot rootOf(Directory directory, String name) throws IOException {
    return name.equals(".") ? TreeRoot.of(directory) : TreeRoot.of(directory, name);
  }

  private static TreeReport work(TreeRoot from, TreeOptions options, TreeTask task) {
    try (TreeRoot root = from;
        TreeWalker walker = new TreeWalker(task, options, root.parent(), root.above())) {
      return walker.run(root.name());
    }
  }

  private record Owner(OwnerChange to) implements TreeMetadata.Change {
    @Override
    public String call() {
      return "fchownat";
    }

    @Override
    public boolean applies(Statx judged) {
      return (to.uid() != OwnerChange.KEEP && to.uid() != judged.uid())
          || (to.gid() != OwnerChange.KEEP && to.gid() != judged.gid());
    }

    @Override
    public SyscallResult apply(int fd, Statx judged) {
      return ProcSelfFd.chown(fd, to.uid(), to.gid());
    }

    @Override
    public String insteadShown(Statx now, Statx judged) {
      return applies(now)
          ? "owner "
              + Integer.toUnsignedString(now.uid())
              + ":"
              + Integer.toUnsignedString(now.gid())
          : "";
    }

    @Override
    public boolean opensDirectories() {
      return false;
    }
  }

  private record Mode(ModeChange change) implements TreeMetadata.Change {
    @Override
    public String call() {
      return "fchmodat2";
    }

    @Override
    public boolean applies(Statx judged) {
      return !judged.isSymlink();
    }

    @Override
    public SyscallResult apply(int fd, Statx judged) {
      return ProcSelfFd.chmod(fd, wanted(judged));
    }

    private int wanted(Statx judged) {
      return change.apply(judged.permissions(), judged.isDirectory());
    }

    @Override
    public String insteadShown(Statx now, Statx judged) {
      // The kernel itself may drop the others.
      boolean same = ((now.permissions() ^ wanted(judged)) & 0777) == 0;
      return same ? "" : "mode " + Modes.octal(now.permissions());
    }

    @Override
    public boolean opensDirectories() {
      return true;
    }
  }
}
