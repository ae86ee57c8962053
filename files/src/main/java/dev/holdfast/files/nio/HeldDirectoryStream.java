package dev.holdfast.files.nio;

import dev.holdfast.files.Directory;
import dev.holdfast.files.DirectoryEntries;
import dev.holdfast.files.FileKind;
import dev.holdfast.files.RenameMode;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A held directory's entries, and operations relative to it, for code that knows {@link
 * SecureDirectoryStream}. Unlike the JDK's own it is confined: {@code ..} leads nowhere, and a FIFO
 * is not waited for.
 */
final class HeldDirectoryStream implements SecureDirectoryStream<Path> {
  private final HeldFileSystem fileSystem;
  private final HeldFileSystem below;
  private final Directory directory;
  private final HeldPath path;
  private final Filter<? super Path> filter;
  private final DirectoryEntries entries;
  private boolean iterated;
  private volatile boolean closed;

  /** Takes the ownership of the directory. */
  HeldDirectoryStream(
      HeldFileSystem fileSystem, Directory directory, HeldPath path, Filter<? super Path> filter)
      throws IOException {
    this.fileSystem = fileSystem;
    this.directory = directory;
    this.below = new HeldFileSystem(directory);
    this.path = path;
    this.filter = filter;
    this.entries = directory.entries();
  }

  @Override
  public Iterator<Path> iterator() {
    if (closed || iterated) {
      throw new IllegalStateException(closed ? "closed" : "a directory is listed once");
    }
    iterated = true;
    return new Iterator<>() {
      private @Nullable Path following;

      @Override
      public boolean hasNext() {
        try {
          while (following == null && !closed && entries.hasNext()) {
            Path next = path.resolve(entries.next().name());
            following = filter.accept(next) ? next : null;
          }
          return following != null;
        } catch (IOException failure) {
          throw new DirectoryIteratorException(failure);
        }
      }

      @Override
      public Path next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Path next = Objects.requireNonNull(following);
        following = null;
        return next;
      }
    };
  }

  /** The same name, where it is looked up from this directory. */
  private Path below(Path name) {
    if (closed) {
      throw new ClosedDirectoryStreamException();
    }
    if (!(name instanceof HeldPath held)) {
      throw new ProviderMismatchException(name.toString());
    }
    // As the JDK defines it: an absolute path is looked up from its own root.
    return held.isAbsolute() ? held : HeldPath.parse(below, held.toString());
  }

  private HeldFileSystemProvider provider() {
    return (HeldFileSystemProvider) below.provider();
  }

  @Override
  public SecureDirectoryStream<Path> newDirectoryStream(Path name, LinkOption... options)
      throws IOException {
    HeldPath at = (HeldPath) below(name);
    Directory from = at.held().directory();
    Directory opened =
        HeldFileSystemProvider.follows(options)
            ? from.openDirectoryFollowingLinks(at.inDirectory())
            : from.openDirectory(at.inDirectory());
    return HeldFileSystemProvider.stream(
        fileSystem, opened, (HeldPath) path.resolve(name.toString()), entry -> true);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path name, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return provider().newFileChannel(below(name), options, attributes);
  }

  @Override
  public void deleteFile(Path name) throws IOException {
    HeldPath at = (HeldPath) below(name);
    at.held().directory().remove(at.inDirectory());
  }

  @Override
  public void deleteDirectory(Path name) throws IOException {
    HeldPath at = (HeldPath) below(name);
    Directory from = at.held().directory();
    if (from.stat(at.inDirectory()).kind() != FileKind.DIRECTORY) {
      throw new NotDirectoryException(name.toString());
    }
    from.rmdir(at.inDirectory());
  }

  @Override
  public void move(Path source, SecureDirectoryStream<Path> target, Path targetName)
      throws IOException {
    if (!(target instanceof HeldDirectoryStream held)) {
      throw new ProviderMismatchException();
    }
    HeldPath from = (HeldPath) below(source);
    HeldPath to = (HeldPath) held.below(targetName);
    from.held()
        .directory()
        .rename(from.inDirectory(), to.held().directory(), to.inDirectory(), RenameMode.REPLACE);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(Class<V> type) {
    return provider().getFileAttributeView(HeldPath.parse(below, "/"), type);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path name, Class<V> type, LinkOption... options) {
    return provider().getFileAttributeView(below(name), type, options);
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try (directory) {
        entries.close();
      }
    }
  }
}
