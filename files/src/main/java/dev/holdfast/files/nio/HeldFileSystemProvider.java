package dev.holdfast.files.nio;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.files.FileKind;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.RenameMode;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Durability;
import dev.holdfast.files.replace.Replacement;
import dev.holdfast.libc.Unistd;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code java.nio.file}'s operations, by those of a {@link Directory}. Each looks its names up
 * below the held directory once, and acts on what it then holds.
 */
final class HeldFileSystemProvider extends FileSystemProvider {
  static final String SCHEME = "holdfast";

  private static final int NEW_FILE = 0666;
  private static final int NEW_DIRECTORY = 0777;

  /** For a name that changes between directory and file while it is being removed. */
  private static final int MAX_TRIES = 16;

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("a held directory has no URI: see Directory");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException("a held directory has no URI: see Directory");
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException("a held directory has no URI: see Directory");
  }

  private static HeldPath held(Path path) {
    if (!(path instanceof HeldPath held)) {
      throw new ProviderMismatchException(Objects.toString(path));
    }
    return held;
  }

  private static Directory directory(Path path) {
    return held(path).held().directory();
  }

  private static String name(Path path) {
    return held(path).inDirectory();
  }

  /** As {@code java.nio.file} has it: links are followed unless told otherwise. */
  static boolean follows(LinkOption... options) {
    for (LinkOption option : options) {
      if (option == LinkOption.NOFOLLOW_LINKS) {
        return false;
      }
    }
    return true;
  }

  // --- opening ------------------------------------------------------------------------------

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Set<OpenOption> left = new HashSet<>(options);
    boolean append = left.remove(StandardOpenOption.APPEND);
    boolean write = left.remove(StandardOpenOption.WRITE) || append;
    boolean read = left.remove(StandardOpenOption.READ) || !write;
    boolean createNew = left.remove(StandardOpenOption.CREATE_NEW) && write;
    boolean create = left.remove(StandardOpenOption.CREATE) && write;
    boolean truncate = left.remove(StandardOpenOption.TRUNCATE_EXISTING) && write;
    boolean deleteOnClose = left.remove(StandardOpenOption.DELETE_ON_CLOSE);
    boolean sync = left.removeAll(Set.of(StandardOpenOption.SYNC, StandardOpenOption.DSYNC));
    boolean follow = !left.remove(LinkOption.NOFOLLOW_LINKS) && !deleteOnClose;
    left.remove(StandardOpenOption.SPARSE);
    if (!left.isEmpty()) {
      throw new UnsupportedOperationException("options " + left);
    }
    if (append && (read || truncate)) {
      throw new IllegalArgumentException("APPEND with READ or TRUNCATE_EXISTING");
    }
    Directory directory = directory(path);
    String name = name(path);
    int mode = mode(path, NEW_FILE, attributes);
    Opening opening =
        append
            ? Opening.append()
            : write ? (read ? Opening.readWrite() : Opening.write()) : Opening.read();
    if (!write && !deleteOnClose) {
      // As elsewhere: to be synced, which makes the names in it durable.
      opening = opening.kinds(FileKind.REGULAR, FileKind.DIRECTORY);
    }
    opening = follow ? opening.followLastLink() : opening;
    opening = sync ? opening.synchronous() : opening;
    opening = truncate && !createNew ? opening.truncate() : opening;
    opening = create && !createNew ? opening.createIfAbsent(mode) : opening;
    OpenFile file =
        createNew
            ? CORE.create(directory, name, mode, CORE.accessFlags(opening))
            : directory.open(name, opening);
    return CORE.intoChannel(
        file, deleteOnClose ? () -> removeIfSame(directory, name, file) : () -> {});
  }

  /** At the close of a channel that was to take its file along. */
  private static void removeIfSame(Directory directory, String name, OpenFile file)
      throws IOException {
    try {
      if (directory.stat(name).sameInode(file.stat())) {
        directory.remove(name);
      }
    } catch (NoSuchFileException goneAlready) {
      // That is what was wanted.
    }
  }

  @SuppressWarnings("unchecked")
  private static int mode(Path path, int widest, FileAttribute<?>... attributes) {
    int mode = widest;
    for (FileAttribute<?> attribute : attributes) {
      if (!attribute.name().equals("posix:permissions")) {
        throw new UnsupportedOperationException("attribute " + attribute.name());
      }
      mode = FileStat.mode((Set<PosixFilePermission>) attribute.value());
    }
    // As open(2) and mkdir(2) have it, and with them the default file system.
    return held(path).held().defaultMode(name(path), mode);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    return stream(
        held(path).held(),
        directory(path).openDirectoryFollowingLinks(name(path)),
        held(path),
        filter);
  }

  /** Takes the ownership of the directory. */
  static HeldDirectoryStream stream(
      HeldFileSystem fileSystem,
      Directory opened,
      HeldPath path,
      DirectoryStream.Filter<? super Path> filter)
      throws IOException {
    try {
      return new HeldDirectoryStream(fileSystem, opened, path, filter);
    } catch (IOException | RuntimeException failure) {
      opened.close();
      throw failure;
    }
  }

  // --- names --------------------------------------------------------------------------------

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    if (held(path).getNameCount() == 0 || name(path).equals(".")) {
      throw new FileAlreadyExistsException(path.toString());
    }
    directory(path).mkdir(name(path), mode(path, NEW_DIRECTORY, attributes));
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    if (attributes.length > 0) {
      throw new UnsupportedOperationException("a symbolic link has no attributes");
    }
    directory(link).symlink(held(target).toString(), name(link));
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    directory(existing).link(name(existing), directory(link), name(link));
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return HeldPath.parse(held(link).held(), directory(link).readlink(name(link)));
  }

  @Override
  public void delete(Path path) throws IOException {
    FileSystemException last = new FileSystemException(path.toString());
    for (int i = 0; i < MAX_TRIES; i++) {
      boolean isDirectory = directory(path).stat(name(path)).kind() == FileKind.DIRECTORY;
      try {
        if (isDirectory) {
          directory(path).rmdir(name(path));
        } else {
          directory(path).remove(name(path));
        }
        return;
      } catch (FileSystemException changed) {
        // Judged as one, and by now the other: neither call can remove what it is not for.
        last = changed;
        if (isDirectory == isDirectoryNow(path)) {
          throw changed;
        }
      }
    }
    throw last;
  }

  private static boolean isDirectoryNow(Path path) throws IOException {
    return directory(path).stat(name(path)).kind() == FileKind.DIRECTORY;
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    Set<CopyOption> left = new HashSet<>(List.of(options));
    boolean atomic = left.remove(StandardCopyOption.ATOMIC_MOVE);
    boolean replace = left.remove(StandardCopyOption.REPLACE_EXISTING);
    left.remove(LinkOption.NOFOLLOW_LINKS);
    if (!left.isEmpty()) {
      throw new UnsupportedOperationException("options " + left);
    }
    if (!atomic && isAt(directory(source).stat(name(source)), target)) {
      return;
    }
    try {
      rename(source, target, atomic || replace ? RenameMode.REPLACE : RenameMode.NO_REPLACE);
    } catch (FileSystemException failure) {
      if (String.valueOf(failure.getReason()).contains("EXDEV")) {
        AtomicMoveNotSupportedException refusal =
            new AtomicMoveNotSupportedException(
                source.toString(), target.toString(), "on another mount: copy, then delete");
        refusal.initCause(failure);
        throw refusal;
      }
      if (atomic || !replace || !replacesOtherKind(source, target)) {
        throw failure;
      }
      // A directory in the place of a file, or the reverse, which rename(2) refuses.
      delete(target);
      rename(source, target, RenameMode.NO_REPLACE);
    }
  }

  private static void rename(Path source, Path target, RenameMode mode) throws IOException {
    directory(source).rename(name(source), directory(target), name(target), mode);
  }

  /** Whether the target's name itself leads to the source already: then nothing is to be done. */
  private static boolean isAt(FileStat source, Path target) throws IOException {
    try {
      return source.sameInode(directory(target).stat(name(target)));
    } catch (NoSuchFileException free) {
      return false;
    }
  }

  private static boolean replacesOtherKind(Path source, Path target) {
    try {
      return (directory(source).stat(name(source)).kind() == FileKind.DIRECTORY)
          != (directory(target).stat(name(target)).kind() == FileKind.DIRECTORY);
    } catch (IOException unknown) {
      return false;
    }
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    Set<CopyOption> left = new HashSet<>(List.of(options));
    boolean replace = left.remove(StandardCopyOption.REPLACE_EXISTING);
    boolean attributes = left.remove(StandardCopyOption.COPY_ATTRIBUTES);
    boolean follow = !left.remove(LinkOption.NOFOLLOW_LINKS);
    if (!left.isEmpty()) {
      throw new UnsupportedOperationException("options " + left);
    }
    Directory from = directory(source);
    FileStat stat = follow ? from.statFollowingLinks(name(source)) : from.stat(name(source));
    if (isAt(stat, target)) {
      return;
    }
    switch (stat.kind()) {
      case DIRECTORY -> {
        makeRoom(target, replace);
        int mode =
            attributes
                ? stat.mode()
                : held(target).held().defaultMode(name(target), stat.mode() & 0777);
        directory(target).mkdir(name(target), mode);
        if (attributes) {
          directory(target).setTimes(name(target), stat.lastModifiedTime(), stat.lastAccessTime());
        }
      }
      case SYMLINK -> {
        makeRoom(target, replace);
        directory(target).symlink(from.readlink(name(source)), name(target));
      }
      case REGULAR -> copyFile(source, target, replace, attributes, follow);
      default ->
          throw new UnsafePathException(
              source.toString(), "is " + stat.kind().description(), Row.S11, null);
    }
  }

  private void makeRoom(Path target, boolean replace) throws IOException {
    if (replace) {
      try {
        delete(target);
      } catch (NoSuchFileException free) {
        // All the better.
      }
    }
  }

  /** The target appears when it is whole; what it replaces is there until then. */
  private void copyFile(
      Path source, Path target, boolean replace, boolean attributes, boolean follow)
      throws IOException {
    Opening opening = follow ? Opening.read().followLastLink() : Opening.read();
    try (OpenFile from = directory(source).open(name(source), opening)) {
      int mode = from.opened().mode() & 0777;
      AtomicReplace plan =
          AtomicReplace.of(directory(target), name(target))
              .freshAttributes()
              .replaceLink()
              .durability(Durability.NONE)
              .newFileMode(attributes ? mode : held(target).held().defaultMode(name(target), mode));
      if (replace && isDirectory(target)) {
        directory(target).rmdir(name(target));
      }
      plan = replace ? plan : plan.noReplace();
      try (Replacement replacement = plan.begin();
          FileChannel in = from.channel();
          FileChannel out = replacement.file().channel()) {
        long at = 0;
        for (long n = 1; n > 0; at += n) {
          n = in.transferTo(at, Long.MAX_VALUE - at, out);
        }
        if (attributes) {
          replacement
              .file()
              .setTimes(from.opened().lastModifiedTime(), from.opened().lastAccessTime());
        }
        replacement.commit();
      }
    }
  }

  private static boolean isDirectory(Path path) throws IOException {
    try {
      return directory(path).stat(name(path)).kind() == FileKind.DIRECTORY;
    } catch (NoSuchFileException absent) {
      return false;
    }
  }

  @Override
  public boolean isSameFile(Path one, Path two) throws IOException {
    if (one.equals(two)) {
      return true;
    }
    if (!(two instanceof HeldPath)) {
      return false;
    }
    return directory(one)
        .statFollowingLinks(name(one))
        .sameInode(directory(two).statFollowingLinks(name(two)));
  }

  @Override
  public boolean isHidden(Path path) {
    Path last = path.getFileName();
    return last != null && last.toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return new HeldFileStore(directory(path), name(path));
  }

  /** An answer about the past (S02): open instead, and see. */
  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    int wanted = Unistd.F_OK;
    for (AccessMode mode : modes) {
      wanted |=
          switch (mode) {
            case READ -> Unistd.R_OK;
            case WRITE -> Unistd.W_OK;
            case EXECUTE -> Unistd.X_OK;
          };
    }
    try {
      CORE.access(directory(path), name(path), wanted);
    } catch (NotDirectoryException fileOnTheWay) {
      // So Files.notExists knows it.
      NoSuchFileException absent = new NoSuchFileException(path.toString());
      absent.initCause(fileOnTheWay);
      throw absent;
    }
  }

  // --- attributes ---------------------------------------------------------------------------

  private static HeldAttributes attributes(Path path, LinkOption... options) {
    return new HeldAttributes(directory(path), name(path), follows(options));
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    if (type == BasicFileAttributeView.class
        || type == PosixFileAttributeView.class
        || type == FileOwnerAttributeView.class) {
      String name =
          type == BasicFileAttributeView.class
              ? "basic"
              : type == FileOwnerAttributeView.class ? "owner" : "posix";
      return type.cast(attributes(path, options).view(name));
    }
    return type == UserDefinedFileAttributeView.class
        ? type.cast(attributes(path, options).userView())
        : null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class && type != PosixFileAttributes.class) {
      throw new UnsupportedOperationException(type.getName());
    }
    return type.cast(attributes(path, options).stat());
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return attributes(path, options).read(attributes);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    attributes(path, options).set(attribute, value);
  }

  /** Asked by {@code Files.exists}, which takes any refusal for "no". */
  @Override
  public boolean exists(Path path, LinkOption... options) {
    try {
      readAttributes(path, BasicFileAttributes.class, options);
      return true;
    } catch (IOException no) {
      return false;
    }
  }
}
