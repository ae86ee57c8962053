package dev.holdfast.files.inside;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.ground.HeldDirectory;
import dev.holdfast.files.ground.Place;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The entry that tree work starts from: a name in a held directory.
 *
 * @param above the parent's path, empty or ending in a slash, for messages
 */
public record TreeRoot(HeldDirectory parent, byte[] name, byte[] above) implements AutoCloseable {
  private static final byte[] SELF = {'.'};

  public static TreeRoot of(Path path) throws IOException {
    byte[] bytes = FileName.encode(FileName.textOf(path));
    int slash = bytes.length - 1;
    while (slash >= 0 && bytes[slash] != '/') {
      slash--;
    }
    byte[] above = Arrays.copyOf(bytes, slash + 1);
    byte[] name = Arrays.copyOfRange(bytes, slash + 1, bytes.length);
    String last = FileName.decode(name);
    if (last.isEmpty() || last.equals(".") || last.equals("..")) {
      throw new UnsafePathException(
          FileName.shownOf(path),
          "is not the name of an entry, which could be made or removed; name it in its parent"
              + " directory",
          Row.S13,
          null);
    }
    return new TreeRoot(hold(above.length == 0 ? SELF : above), name, above);
  }

  private static HeldDirectory hold(byte[] path) throws IOException {
    return HeldDirectory.open(Fcntl.AT_FDCWD, path, Fcntl.O_PATH | Fcntl.O_DIRECTORY)
        .orThrow("openat", FileName.decode(path));
  }

  /**
   * The same; and of {@code .}, {@code ..} and {@code /} the directory itself, which has no link.
   */
  public static TreeRoot orSelf(Path path) throws IOException {
    Path last = path.getFileName();
    String name = last == null ? "." : FileName.textOf(last);
    if (!name.isEmpty() && !name.equals(".") && !name.equals("..")) {
      return of(path);
    }
    String whole = FileName.textOf(path);
    String above =
        whole.isEmpty() || whole.equals(".") ? "" : whole.endsWith("/") ? whole : whole + "/";
    return new TreeRoot(
        hold(whole.isEmpty() ? SELF : FileName.encode(whole)), SELF, FileName.encode(above));
  }

  /** A held directory itself. */
  public static TreeRoot of(Directory directory) throws IOException {
    String path = directory.path();
    try (OwnedFd.Use use = CORE.use(directory)) {
      HeldDirectory held =
          HeldDirectory.open(use.fd(), SELF, HeldDirectory.PIN).orThrow("openat", path);
      return new TreeRoot(held, SELF, FileName.encode(path + "/"));
    }
  }

  /**
   * An entry below a held directory.
   *
   * @throws java.nio.file.NotDirectoryException if the name ends in a slash, and is that of
   *     something else than a directory
   */
  public static TreeRoot of(Directory directory, String name) throws IOException {
    if (name.endsWith("/") && directory.exists(name.replaceAll("/+$", ""))) {
      directory.openDirectory(name).close();
    }
    try (Place at = CORE.place(directory, name, "unlinkat", true)) {
      String shown = CORE.show(directory, name).replaceAll("/+$", "");
      String above = shown.substring(0, shown.lastIndexOf('/') + 1);
      HeldDirectory held =
          HeldDirectory.open(at.dirfd(), SELF, HeldDirectory.PIN).orThrow("openat", above);
      return new TreeRoot(held, at.name(), FileName.encode(above));
    }
  }

  @Override
  public void close() {
    parent.close();
  }
}
