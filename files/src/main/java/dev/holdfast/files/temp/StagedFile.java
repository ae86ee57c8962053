package dev.holdfast.files.temp;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A file without a name, for contents that are still being made: nobody finds it, and it is gone
 * when this is closed or the process ends.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class StagedFile implements AutoCloseable {
  private final TempFiles home;
  private final TempFile file;

  private StagedFile(TempFiles home, TempFile file) {
    this.home = home;
    this.file = file;
  }

  /**
   * In this directory, which stays the caller's and open, or, if it takes no new file, where
   * temporary files are.
   */
  public static StagedFile near(Directory directory) throws IOException {
    try {
      return in(TempFiles.in(directory));
    } catch (IOException notHere) {
      try {
        return in(TempFiles.standard());
      } catch (IOException nowhere) {
        nowhere.addSuppressed(notHere);
        throw nowhere;
      }
    }
  }

  private static StagedFile in(TempFiles home) throws IOException {
    @Nullable TempFile file = null;
    try {
      file = home.anonymous();
      return new StagedFile(home, file);
    } finally {
      if (file == null) {
        home.close();
      }
    }
  }

  /** Open for reading and writing, until this is closed. */
  public OpenFile file() {
    return file.file();
  }

  @Override
  public void close() throws IOException {
    try (home) {
      file.close();
    }
  }
}
