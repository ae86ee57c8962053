package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.libc.Errno;
import java.nio.file.FileSystemException;
import jdk.jfr.FlightRecorder;
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

  private static final boolean RECORDABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private final Row row;
  private final @Nullable Errno errno;

  FileHazardException(String path, String reason, Row row, @Nullable Errno errno) {
    super(path, null, reason + " [" + row + "]");
    this.row = row;
    this.errno = errno;
    // Before somebody records for the first time the class is not touched, which makes the
    // recorder.
    if (RECORDABLE && FlightRecorder.isInitialized()) {
      HazardEvent.tell(this);
    }
  }

  /** The row of the catalogue. */
  public final Row row() {
    return row;
  }

  /** The kernel's error, such as {@code ELOOP}; empty if the refusal is our own. */
  public final String errnoName() {
    return errno == null ? "" : errno.name();
  }
}
