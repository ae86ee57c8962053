package dev.holdfast.bench;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Durability;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The public operations of the files module, and the JDK's own way of doing the same ({@code
 * …Jdk}). {@code bench/files.sh} runs it beside the same system calls in C, and prints the ratios.
 *
 * <p>A batch is {@value #BATCH} operations. {@link ThreadCpu} counts the thread's CPU time, system
 * calls included, which other work on the machine disturbs little. The heap is there from the
 * beginning: the first touch of each page is the machine's work, and none of an operation's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 200, batchSize = FilesBenchmark.BATCH)
@Measurement(iterations = 200, batchSize = FilesBenchmark.BATCH)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "-XX:+UseSerialGC",
      "-Xms64m",
      "-Xmx64m",
      "-XX:+AlwaysPreTouch",
      // On a busy machine compilation would otherwise lag behind the measurement.
      "-Xbatch"
    })
public class FilesBenchmark {
  static final int BATCH = 1000;

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Path A = Path.of("a");
  private static final Path B = Path.of("b");
  private static final Path FILE = Path.of("file");
  private static final byte[] TEXT = "0123456789abcdef".repeat(64).getBytes(StandardCharsets.UTF_8);

  /** Where: this decides which file system is measured. */
  @Param("")
  public String directory = "";

  /** {@code files.c}, made a library. */
  @Param("")
  public String library = "";

  private Path base = Path.of("");
  private Path file = base;
  private Path fresh = base;
  private String name = "";
  private Opening checked = Opening.read();

  @SuppressWarnings("NullAway.Init")
  private Directory held;

  @SuppressWarnings("NullAway.Init")
  private SecureDirectoryStream<Path> heldByJdk;

  @SuppressWarnings("NullAway.Init")
  private TempFiles temp;

  @SuppressWarnings("NullAway.Init")
  private AtomicReplace replacement;

  @SuppressWarnings("NullAway.Init")
  private AtomicReplace durable;

  @Setup
  @SuppressWarnings("StreamResourceLeak") // Closed at the end.
  public void open() throws IOException {
    base = Path.of(directory);
    held = Directory.open(base);
    heldByJdk = (SecureDirectoryStream<Path>) Files.newDirectoryStream(base);
    held.mkdirs("a/b", 0700).close();
    held.open("a/b/file", Opening.write().createIfAbsent(0600)).close();
    file = base.resolve("a/b/file");
    fresh = base.resolve("new");
    name = file.toString();
    checked = Opening.read().ownedByMe().singleLink().modeWithin(0644);
    temp = TempFiles.in(held);
    replacement = AtomicReplace.of(held, "replaced").freshAttributes().durability(Durability.NONE);
    durable = replacement.durability(Durability.FILE);
  }

  @TearDown
  public void close() throws IOException {
    temp.close();
    heldByJdk.close();
    held.close();
  }

  /**
   * Compiles what what waits for the disk is warmed up too briefly to have compiled: the same, in a
   * directory that is in memory.
   */
  @State(Scope.Thread)
  public static class Warm {
    @Setup
    public void replace() throws IOException {
      Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "holdfast-bench");
      try (Directory in = Directory.open(memory)) {
        AtomicReplace ours = AtomicReplace.of(in, "replaced").freshAttributes();
        for (int i = 0; i < 100 * BATCH; i++) {
          ours.write(TEXT);
          replaceJdk(memory, true);
        }
        in.remove("replaced");
      } finally {
        Files.delete(memory);
      }
    }
  }

  @Benchmark
  public void open(ThreadCpu cpu) throws IOException {
    OpenFile.open(name, checked).close();
  }

  /** Judges by the name, and opens by the name: the race is part of the way. */
  @Benchmark
  public void openJdk(ThreadCpu cpu) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException("not a file");
    }
    try (SeekableByteChannel channel =
        Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      channel.isOpen();
    }
  }

  @Benchmark
  public void beneath(ThreadCpu cpu) throws IOException {
    held.open("a/b/file", checked).close();
  }

  /** The JDK's only way that looks up one name at a time. */
  @Benchmark
  public void beneathJdk(ThreadCpu cpu) throws IOException {
    try (SecureDirectoryStream<Path> a =
            heldByJdk.newDirectoryStream(A, LinkOption.NOFOLLOW_LINKS);
        SecureDirectoryStream<Path> b = a.newDirectoryStream(B, LinkOption.NOFOLLOW_LINKS)) {
      PosixFileAttributes attributes =
          b.getFileAttributeView(FILE, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
      if (!attributes.isRegularFile()) {
        throw new IOException("not a file");
      }
      b.newByteChannel(FILE, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)).close();
    }
  }

  @Benchmark
  public void create(ThreadCpu cpu) throws IOException {
    held.create("new", 0600).close();
    held.remove("new");
  }

  @Benchmark
  public void createJdk(ThreadCpu cpu) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PRIVATE)) {
      channel.isOpen();
    }
    Files.delete(fresh);
  }

  @Benchmark
  public void temp(ThreadCpu cpu) throws IOException {
    TempFile anonymous = temp.anonymous();
    anonymous.close();
  }

  @Benchmark
  public void tempJdk(ThreadCpu cpu) throws IOException {
    Path made = Files.createTempFile(base, "t", "");
    try (FileChannel channel =
        FileChannel.open(
            made,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      channel.isOpen();
    }
  }

  @Benchmark
  public void replace(ThreadCpu cpu) throws IOException {
    replacement.write(TEXT);
  }

  @Benchmark
  public void replaceJdk(ThreadCpu cpu) throws IOException {
    replaceJdk(base, false);
  }

  @Benchmark
  @Warmup(iterations = 3, batchSize = BATCH)
  @Measurement(iterations = 21, batchSize = BATCH)
  public void replaceSync(ThreadCpu cpu, Warm warm) throws IOException {
    durable.write(TEXT);
  }

  @Benchmark
  @Warmup(iterations = 3, batchSize = BATCH)
  @Measurement(iterations = 21, batchSize = BATCH)
  public void replaceSyncJdk(ThreadCpu cpu, Warm warm) throws IOException {
    replaceJdk(base, true);
  }

  /** Judges what has the name first, as ours does: a link is not to be replaced unseen. */
  private static void replaceJdk(Path in, boolean sync) throws IOException {
    Path replaced = in.resolve("replaced");
    try {
      if (!Files.readAttributes(replaced, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile()) {
        throw new IOException("not a file");
      }
    } catch (NoSuchFileException absent) {
      // It is to be made.
    }
    Path made = Files.createTempFile(in, "t", "");
    try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(TEXT));
      if (sync) {
        channel.force(true);
      }
    }
    Files.move(made, replaced, StandardCopyOption.ATOMIC_MOVE);
  }
}
