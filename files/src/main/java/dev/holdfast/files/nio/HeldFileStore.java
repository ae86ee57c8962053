package dev.holdfast.files.nio;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.Directory;
import dev.holdfast.files.FileStat;
import dev.holdfast.libc.Statfs;
import dev.holdfast.path.proc.Mounts;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file system that an entry of a held directory is on. */
final class HeldFileStore extends FileStore {
  private final Directory directory;
  private final String entry;
  private final long device;
  private final Mounts.@Nullable Mount mount;

  /** Of the entry that is called so, or where the link of that name leads. */
  HeldFileStore(Directory directory, String entry) throws IOException {
    FileStat stat = directory.statFollowingLinks(entry);
    this.directory = directory;
    this.entry = entry;
    this.device = stat.device();
    this.mount = Mounts.read().byId(stat.mountId());
  }

  private Statfs ask() throws IOException {
    return CORE.statfs(directory, entry);
  }

  /** What is mounted, such as a device's path; the directory's own path where that is not known. */
  @Override
  public String name() {
    return mount == null ? directory.path() : mount.source();
  }

  @Override
  public String type() {
    if (mount != null) {
      return mount.type();
    }
    try {
      return "0x" + Long.toHexString(ask().type());
    } catch (IOException unknown) {
      return "unknown";
    }
  }

  @Override
  public boolean isReadOnly() {
    try {
      return (ask().flags() & Statfs.ST_RDONLY) != 0;
    } catch (IOException unknown) {
      return true;
    }
  }

  @Override
  public long getTotalSpace() throws IOException {
    Statfs statfs = ask();
    return statfs.blocks() * statfs.fragmentSize();
  }

  @Override
  public long getUsableSpace() throws IOException {
    Statfs statfs = ask();
    return statfs.blocksAvailable() * statfs.fragmentSize();
  }

  /** As the usable space: what is kept for root is nobody's to count on. */
  @Override
  public long getUnallocatedSpace() throws IOException {
    return getUsableSpace();
  }

  @Override
  public long getBlockSize() throws IOException {
    return ask().fragmentSize();
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return Set.of(
            BasicFileAttributeView.class,
            FileOwnerAttributeView.class,
            PosixFileAttributeView.class,
            UserDefinedFileAttributeView.class)
        .contains(type);
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return Set.of("basic", "owner", "posix", "unix", "user").contains(name);
  }

  @Override
  public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
    return null;
  }

  @Override
  public Object getAttribute(String attribute) throws IOException {
    return switch (attribute) {
      case "totalSpace" -> getTotalSpace();
      case "usableSpace" -> getUsableSpace();
      case "unallocatedSpace" -> getUnallocatedSpace();
      default -> throw new UnsupportedOperationException("no attribute " + attribute);
    };
  }

  /** Equal are those of one file system, by whatever mount. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HeldFileStore store && store.device == device;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(device);
  }

  @Override
  public String toString() {
    return name() + " (" + type() + ")";
  }
}
