package dev.holdfast.files.nio;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.Directory;
import dev.holdfast.files.ground.Principals;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link Directory} as a {@code FileSystem}: see {@link DirectoryFileSystem}. */
final class HeldFileSystem extends FileSystem {
  private static final AtomicLong IDS = new AtomicLong();
  private static final int DEFAULT_UMASK = 022;

  private final Directory directory;
  private final HeldFileSystemProvider provider;
  private final String id = Long.toString(IDS.incrementAndGet());
  private final int umask;
  private volatile boolean open = true;

  HeldFileSystem(Directory directory) {
    this.directory = directory;
    this.provider = new HeldFileSystemProvider();
    this.umask = umask();
  }

  /**
   * Files that code of others makes without saying a mode get what they would get elsewhere. Asking
   * the kernel by umask(2) would change it for an instant, and for the whole process.
   */
  private static int umask() {
    // Without /proc: what nearly everybody has.
    return (int) ProcFile.ownStatus("Umask", 8, DEFAULT_UMASK);
  }

  /** What is left of a mode for a new entry, as elsewhere. */
  int defaultMode(String name, int widest) {
    return CORE.usualMode(directory, name, widest, umask);
  }

  Directory directory() {
    if (!isOpen()) {
      throw new ClosedFileSystemException();
    }
    return directory;
  }

  String id() {
    return id;
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  /** Ends this view. The directory stays open. */
  @Override
  public void close() {
    open = false;
  }

  @Override
  public boolean isOpen() {
    return open && directory.isOpen();
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(HeldPath.parse(this, "/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    try {
      return List.of(new HeldFileStore(directory(), "."));
    } catch (IOException unknown) {
      return List.of();
    }
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return HeldAttributes.VIEWS;
  }

  @Override
  public Path getPath(String first, String... more) {
    StringBuilder text = new StringBuilder(first);
    for (String part : more) {
      if (!part.isEmpty()) {
        text.append(text.isEmpty() ? "" : "/").append(part);
      }
    }
    return HeldPath.parse(this, text.toString());
  }

  /**
   * The default file system's: it looks at the text of a path of any file system. A path of its own
   * cannot be made of every name.
   */
  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    return FileSystems.getDefault().getPathMatcher(syntaxAndPattern);
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return new UserPrincipalLookupService() {
      @Override
      public UserPrincipal lookupPrincipalByName(String name) throws IOException {
        return Principals.userNamed(name);
      }

      @Override
      public GroupPrincipal lookupPrincipalByGroupName(String group) throws IOException {
        return Principals.groupNamed(group);
      }
    };
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("watching is by name: not below a held directory");
  }

  /**
   * What the kernel calls the object, below what it calls the directory. Like every real path it is
   * out of date when it is answered; it is text, and is looked up beneath the directory like any.
   */
  Path realPath(HeldPath path, boolean follow) throws IOException {
    String root = CORE.kernelName(directory());
    String object = CORE.kernelName(directory, path.inDirectory(), follow);
    if (object.equals(root)) {
      return HeldPath.parse(this, "/");
    }
    String prefix = root.equals("/") ? "/" : root + "/";
    if (!object.startsWith(prefix)) {
      throw new FileSystemException(path.toString(), null, "was moved meanwhile");
    }
    return HeldPath.parse(this, "/" + object.substring(prefix.length()));
  }

  /** For messages. */
  @Override
  public String toString() {
    return "below " + directory.path() + " for uid " + Identity.geteuid();
  }
}
