package dev.holdfast.bench;

import dev.holdfast.files.AtomicReplace;
import dev.holdfast.files.Directory;
import dev.holdfast.files.Durability;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.TempFile;
import dev.holdfast.files.TempFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The public operations of the files module, and the JDK's own way of doing the same, in a
 * directory of one's choice: {@code FilesBenchmark DIR}. {@code bench/files.sh} runs it beside the
 * same system calls in C, and prints the ratios.
 *
 * <p>What is counted is the thread's CPU time, system calls included, so that other work on the
 * machine disturbs it little. Of several batches the median is printed, in nanoseconds.
 */
public final class FilesBenchmark {
  private static final int BATCHES = 21;
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final byte[] TEXT = "0123456789abcdef".repeat(64).getBytes(StandardCharsets.UTF_8);

  private FilesBenchmark() {}

  /** One operation, once. */
  private interface Operation {
    void run() throws IOException;
  }

  @SuppressWarnings("SystemOut") // Its output is its result.
  public static void main(String[] args) throws IOException {
    PrintStream out = System.out;
    Path base = Path.of(args[0]);
    try (Directory directory = Directory.open(base);
        TempFiles temp = TempFiles.in(directory)) {
      directory.mkdirs("a/b", 0700).close();
      directory.open("a/b/file", Opening.write().createIfAbsent(0600)).close();
      for (Map.Entry<String, Operation> entry : operations(base, directory, temp).entrySet()) {
        boolean sync = entry.getKey().startsWith("replace-sync");
        out.println(entry.getKey() + " " + median(entry.getValue(), sync ? 20 : 1000, sync));
      }
    }
  }

  private static Map<String, Operation> operations(Path base, Directory directory, TempFiles temp) {
    Map<String, Operation> all = new LinkedHashMap<>();
    Path file = base.resolve("a/b/file");
    String name = file.toString();
    Opening checked = Opening.read().ownedByMe().singleLink().modeWithin(0644);
    all.put("open", () -> OpenFile.open(name, checked).close());
    all.put("open-jdk", () -> openJdk(file));
    all.put("beneath", () -> directory.open("a/b/file", checked).close());
    all.put(
        "create",
        () -> {
          directory.create("new", 0600).close();
          directory.remove("new");
        });
    Path fresh = base.resolve("new-jdk");
    all.put("create-jdk", () -> createJdk(fresh));
    all.put(
        "temp",
        () -> {
          TempFile anonymous = temp.anonymous();
          anonymous.close();
        });
    all.put("temp-jdk", () -> tempJdk(base));
    AtomicReplace replace =
        AtomicReplace.of(directory, "replaced").freshAttributes().durability(Durability.NONE);
    all.put("replace", () -> replace.write(TEXT));
    all.put("replace-jdk", () -> replaceJdk(base, false));
    AtomicReplace durable = replace.durability(Durability.FILE);
    all.put("replace-sync", () -> durable.write(TEXT));
    all.put("replace-sync-jdk", () -> replaceJdk(base, true));
    return all;
  }

  /** Judges by the name, and opens by the name: the race is part of the way. */
  private static void openJdk(Path file) throws IOException {
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

  private static void createJdk(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PRIVATE)) {
      channel.isOpen();
    }
    Files.delete(file);
  }

  private static void tempJdk(Path base) throws IOException {
    Path file = Files.createTempFile(base, "t", "");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      channel.isOpen();
    }
  }

  private static void replaceJdk(Path base, boolean sync) throws IOException {
    Path temp = Files.createTempFile(base, "t", "");
    try (FileChannel channel = FileChannel.open(temp, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(TEXT));
      if (sync) {
        channel.force(true);
      }
    }
    Files.move(temp, base.resolve("replaced-jdk"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static long median(Operation operation, int perBatch, boolean short_) throws IOException {
    int warmUp = short_ ? 5 : 40;
    long[] nanos = new long[BATCHES];
    for (int batch = -warmUp; batch < BATCHES; batch++) {
      long start = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < perBatch; i++) {
        operation.run();
      }
      if (batch >= 0) {
        nanos[batch] = (THREADS.getCurrentThreadCpuTime() - start) / perBatch;
      }
    }
    Arrays.sort(nanos);
    return nanos[BATCHES / 2];
  }
}
