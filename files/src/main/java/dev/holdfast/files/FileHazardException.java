package dev.holdfast.files;

import dev.holdfast.libc.Errno;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * An operation was refused because of a hazard of the catalogue. The sub-classes say which family;
 * errors that {@code java.nio.file} already names ({@code NoSuchFileException} and its kin) are
 * thrown as those.
 *
 * <p><b>Guarantees.</b> When one of these is thrown by an operation that opens, nothing was read
 * from or written to the object, and no descriptor is left open.
 */
public abstract class FileHazardException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  private final String catalogueId;
  private final @Nullable Errno errno;

  FileHazardException(String path, String reason, String catalogueId, @Nullable Errno errno) {
    super(path, null, reason + " [" + catalogueId + "]");
    this.catalogueId = catalogueId;
    this.errno = errno;
  }

  /** The catalogue row, such as {@code S01}. */
  public final String catalogueId() {
    return catalogueId;
  }

  /** The kernel's error, such as {@code ELOOP}; empty if the refusal is our own. */
  public final String errnoName() {
    return errno == null ? "" : errno.name();
  }
}
