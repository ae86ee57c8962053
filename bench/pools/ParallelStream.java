import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The common pool works on a list. */
public final class ParallelStream {
  public static void main(String[] names) {
    List.of(names).parallelStream().forEach(ParallelStream::close);
  }

  private static void close(String name) {
    try {
      Files.setPosixFilePermissions(
          Path.of("/arena/d", name), PosixFilePermissions.fromString("rw-r-----"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
