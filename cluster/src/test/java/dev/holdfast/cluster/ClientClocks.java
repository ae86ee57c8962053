package dev.holdfast.cluster;

import dev.holdfast.testing.CompiledC;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Clocks of clients that can be set, each by itself: a library that is loaded before the others
 * adds what a file says to the time of day.
 */
final class ClientClocks {
  private final @Nullable Path library;
  private final Path directory;

  private ClientClocks(@Nullable Path library, Path directory) {
    this.library = library;
    this.directory = directory;
  }

  /** That of the machine, for all. */
  static ClientClocks ordinary() {
    return new ClientClocks(null, Path.of(""));
  }

  /**
   * @param directory an empty one
   */
  static ClientClocks thatCanBeSet(Path directory) throws IOException, InterruptedException {
    Path library =
        CompiledC.resource(ClientClocks.class, directory, "client-clock.c", "-shared", "-fPIC");
    return new ClientClocks(library, directory);
  }

  /** What the client is started with. */
  Map<String, String> environment(String client) throws IOException {
    Path preloaded = library;
    if (preloaded == null) {
      return Map.of();
    }
    set(client, 0);
    return Map.of(
        "LD_PRELOAD",
        preloaded.toString(),
        "HOLDFAST_CLOCK",
        directory.resolve("clock-of-" + client).toString());
  }

  /** So many hours before the right time. */
  void set(String client, int hours) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    bytes.putLong(Duration.ofHours(hours).toSeconds()).flip();
    // In place: it is mapped.
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("clock-of-" + client),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      file.write(bytes);
    }
  }
}
