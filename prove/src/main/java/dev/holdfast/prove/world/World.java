package dev.holdfast.prove.world;

import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.trace.Tracer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The world that the calling thread is in.
 *
 * <p>Threads: only the thread that runs its body.
 */
public final class World implements AutoCloseable {
  /**
   * The layer that holds what was changed below one mount point.
   *
   * @param point the mount point, an absolute path in the world
   * @param fd the layer's directory, open for reading
   */
  public record Upper(String point, int fd) {}

  private final int hostProc;
  private final List<Upper> uppers = new ArrayList<>();

  World(int hostProc) {
    this.hostProc = hostProc;
  }

  void addUpper(String point, int fd) {
    uppers.add(new Upper(point, fd));
  }

  /** A procfs in which this process's own ids are valid; the world's own {@code /proc} is not. */
  public int hostProc() {
    return hostProc;
  }

  /** Starts programs in this world and stops them; to be closed before the world. */
  public Tracer tracer(Duration limit) {
    return new Tracer(limit, hostProc, ProcGuard::protect);
  }

  /** What was changed in this world, mount by mount. */
  public List<Upper> uppers() {
    return List.copyOf(uppers);
  }

  @Override
  public void close() {
    uppers.forEach(upper -> Unistd.close(upper.fd()));
    uppers.clear();
  }
}
