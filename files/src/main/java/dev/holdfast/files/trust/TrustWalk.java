package dev.holdfast.files.trust;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.Mounts;
import dev.holdfast.path.walk.MagicLinks;
import dev.holdfast.path.walk.PathWalk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One walk from the root to an object, pinning and judging every component. */
final class TrustWalk extends PathWalk<IOException> {
  private static final int MAX_COMPONENTS = 4096;
  private static final byte[] EMPTY = new byte[0];

  /** A directory that the walk stands in. */
  private record Place(OwnedFd fd, int number, Statx stat, String path) {}

  private final TrustRules rules;
  private final List<TrustComponent> components = new ArrayList<>();
  private final List<OwnedFd> pinned = new ArrayList<>();
  private final List<Place> opened = new ArrayList<>();
  private final Deque<Place> places = new ArrayDeque<>();
  private final String path;
  private List<TrustReason> absent = List.of();
  private boolean there = true;

  TrustWalk(Trust trust, String path) throws IOException {
    super(FileName.encode(path));
    this.rules = new TrustRules(trust);
    this.path = path;
  }

  TrustVerdict judge() throws IOException {
    boolean done = false;
    try {
      Place root = pin(Fcntl.AT_FDCWD, "/", "/");
      places.push(root);
      record(root, null, isLast(), "");
      walk();
      OwnedFd object = there ? here().fd() : null;
      TrustVerdict verdict = new TrustVerdict(path, components, pinned, object, absent);
      done = true;
      return verdict;
    } finally {
      for (Place place : opened) {
        place.fd().giveBack();
      }
      if (!done) {
        for (OwnedFd fd : pinned) {
          fd.close();
        }
      }
    }
  }

  @Override
  protected byte @Nullable [] step(byte[] bytes) throws IOException {
    String name = FileName.decode(bytes);
    if (pinned.size() > MAX_COMPONENTS) {
      throw new UnsafePathException(path, "has too many components", Row.S13, Errno.ELOOP);
    }
    Place here = here();
    if (!here.stat().isDirectory()) {
      throw CORE.failure(Errno.ENOTDIR, "openat", here.path());
    }
    String below = here.path().equals("/") ? "/" + name : here.path() + "/" + name;
    Place next;
    try {
      next = pin(here.number(), name, below);
    } catch (NoSuchFileException notThere) {
      absent = rules.judgeAbsent(here.stat());
      there = false;
      end();
      return null;
    }
    if (next.stat().isSymlink()) {
      return target(next, here);
    }
    record(next, here.stat(), isLast(), "");
    places.push(next);
    return null;
  }

  /** The ancestors were all walked through: going back needs no look-up. */
  @Override
  protected void up() {
    if (places.size() > 1) {
      places.pop();
    }
  }

  @Override
  protected void toRoot() {
    while (places.size() > 1) {
      places.pop();
    }
  }

  @Override
  protected void tooManyLinks() throws IOException {
    throw new UnsafePathException(path, "has too many symbolic links", Row.S13, Errno.ELOOP);
  }

  private Place here() {
    Place here = places.peek();
    if (here == null) {
      throw new IllegalStateException("the root is never left");
    }
    return here;
  }

  private byte[] target(Place link, Place in) throws IOException {
    byte[] text = Unistd.readlinkat(link.number(), EMPTY).orThrow("readlinkat", link.path());
    refuseMagic(link.number(), text, link.path());
    record(link, in.stat(), false, FileName.decode(text));
    return text;
  }

  private Place pin(int dirfd, String name, String path) throws IOException {
    SyscallResult result =
        Fcntl.openat(dirfd, FileName.encode(name), Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    OwnedFd fd = OwnedFd.of(result, "openat", path);
    pinned.add(fd);
    int number = fd.borrow();
    Result<Statx> stat = Statx.fstat(number);
    if (stat.failed()) {
      fd.giveBack();
    }
    Place place = new Place(fd, number, stat.orThrow("statx", path), path);
    opened.add(place);
    return place;
  }

  private void record(Place place, @Nullable Statx in, boolean last, String target)
      throws IOException {
    Mounts.Mount mount = rules.mount(place.stat());
    components.add(
        new TrustComponent(
            place.path(),
            CORE.stat(place.stat()),
            target,
            mount == null ? "" : mount.type(),
            mount == null ? List.of() : mount.options(),
            rules.judge(place.number(), place.stat(), in, last)));
  }

  /** Refuses a magic link. */
  static void refuseMagic(int link, byte[] text, String path) throws FileSystemException {
    if (MagicLinks.isMagic(link, text).orThrow("fstatfs", path)) {
      throw new UnsafePathException(
          path,
          "leads through a magic link of /proc, which reads as "
              + FileName.display(text)
              + " and may lead elsewhere",
          Row.S05,
          Errno.ELOOP);
    }
  }
}
