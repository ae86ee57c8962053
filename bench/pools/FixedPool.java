import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The order of such a set is another one in each JVM, and any of three threads gets a job. */
public final class FixedPool {
  public static void main(String[] names) throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      List<Future<?>> jobs = new ArrayList<>();
      for (String name : Set.of(names)) {
        jobs.add(pool.submit(() -> close(name)));
      }
      for (Future<?> job : jobs) {
        job.get();
      }
    }
  }

  private static Object close(String name) throws Exception {
    return Files.setPosixFilePermissions(
        Path.of("/arena/d", name), PosixFilePermissions.fromString("rw-r-----"));
  }
}
