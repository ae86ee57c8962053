package dev.holdfast.prove.payload;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A file, or an archive, compressed in a form that the JDK does not know: made where this machine
 * has the program for it. A thread of a world can start no other one, so one outside of all worlds
 * runs it.
 */
enum CompressedFile implements Archive {
  BZIP2(List.of(".bz2", ".tbz", ".tbz2"), 'B', 'Z', 'h'),
  XZ(List.of(".xz", ".txz"), 0xfd, '7', 'z', 'X', 'Z'),
  ZSTD(List.of(".zst", ".tzst"), 0x28, 0xb5, 0x2f, 0xfd);

  private static final int MAX_CONTENT = 1 << 26;
  private static final ExecutorService OUTSIDE =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("holdfast-compressor").factory());

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> suffixes;

  @SuppressWarnings("ImmutableEnumChecker") // never changed
  private final int[] magic;

  CompressedFile(List<String> suffixes, int... magic) {
    this.suffixes = suffixes;
    this.magic = magic;
  }

  @Override
  public boolean replaces(Reader reader) {
    return suffixes.stream().anyMatch(reader.name()::endsWith) || reader.startsWith(magic);
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) throws IOException {
    String name = reader.name();
    for (String suffix : suffixes) {
      if (name.endsWith(suffix)) {
        String tar = suffix.startsWith(".t") ? ".tar" : "";
        name = name.substring(0, name.length() - suffix.length()) + tar;
      }
    }
    byte[] original = run("-dc", reader.original());
    return run("-c", Archive.inside(new Reader(name, original, reader.command()), marker, note));
  }

  /** To be called outside of all worlds, before there is any. */
  static void start() {
    // The first work makes the thread, which then stays.
    OUTSIDE.execute(() -> {});
  }

  private byte[] run(String option, byte[] input) throws IOException {
    try {
      return OUTSIDE.submit(() -> runHere(option, input)).get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private byte[] runHere(String option, byte[] input) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(name().toLowerCase(Locale.ROOT), option)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Thread writer = Thread.ofPlatform().daemon().start(() -> write(process, input));
    try {
      byte[] output = process.getInputStream().readNBytes(MAX_CONTENT);
      // One that has more to say ends since nobody listens.
      process.getInputStream().close();
      writer.join();
      if (process.waitFor() != 0) {
        throw new IOException("not compressed by " + name());
      }
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  private static void write(Process process, byte[] input) {
    try (OutputStream out = process.getOutputStream()) {
      new ByteArrayInputStream(input).transferTo(out);
    } catch (IOException endedBefore) {
      // Then its exit status says so.
    }
  }
}
