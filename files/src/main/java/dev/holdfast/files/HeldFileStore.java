package dev.holdfast.files;

import dev.holdfast.libc.Statfs;
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

/** The file system that a held directory is on. */
final class HeldFileStore extends FileStore {
  private final Directory directory;

  HeldFileStore(Directory directory) {
    this.directory = directory;
  }

  private Statfs ask() throws IOException {
    int fd = directory.borrow();
    try {
      return Statfs.fstatfs(fd).orThrow("fstatfs", directory.path());
    } finally {
      directory.giveBack();
    }
  }

  @Override
  public String name() {
    return directory.path();
  }

  @Override
  public String type() {
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
    return statfs.blocks() * statfs.blockSize();
  }

  @Override
  public long getUsableSpace() throws IOException {
    Statfs statfs = ask();
    return statfs.blocksAvailable() * statfs.blockSize();
  }

  /** As the usable space: what is kept for root is nobody's to count on. */
  @Override
  public long getUnallocatedSpace() throws IOException {
    return getUsableSpace();
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
}
