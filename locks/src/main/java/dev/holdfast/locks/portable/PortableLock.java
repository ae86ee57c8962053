package dev.holdfast.locks.portable;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.process.LocalLock;
import dev.holdfast.locks.process.PollingEngine;
import dev.holdfast.locks.process.Slot;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.scope.ScopeRules;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock of the JDK's ({@link FileLock}) on a permanent file: what {@code Locks.of} and {@code
 * Locks.in} give on another system than Linux, if the property {@value #PROPERTY} is {@code true}.
 * It is for development and for tests there; on Linux the property says nothing.
 *
 * <p><b>Guarantees.</b> Threads of this process exclude one another, in the order in which they
 * came, and so do processes that ask in the same way. When a process ends, its locks are free.
 *
 * <p><b>Remaining races.</b> All that the JDK leaves open. Who closes another channel of the file
 * in this process may drop the lock without a word (L10), a lock by another of its names among
 * them. Programs of other languages may not be excluded, flock(1) is not. Nobody knows the holder.
 * On a network file system it may be no lock at all, and nobody warns. Waiters look at intervals,
 * and another process may be served first. A token grows with the JDK's clock, whose beginning need
 * not be the same in two processes. Locks by keys leave an empty file for each key.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> {@link FileLock}; docs/decisions/0034.
 */
public final class PortableLock extends LocalLock<PortableLock> {
  /** Whether it is wanted, where there is no Linux. */
  public static final String PROPERTY = "dev.holdfast.locks.portable";

  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("portable", "lock of the JDK's", 11, ScopeRules::anywhere) {
        @Override
        public HostLock at(Path path) {
          return new PortableLock(path, Mode.EXCLUSIVE);
        }

        @Override
        public HostLock keyed(Path file, String key) {
          return new PortableLock(
              file.resolveSibling(file.getFileName() + "-" + digest(key)), Mode.EXCLUSIVE);
        }
      };

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.SHARED, Capability.SURVIVES_KILL);

  private final Path path;

  private PortableLock(Path path, Mode mode) {
    super(FileName.shownOf(path), mode, KIND, CAPABILITIES);
    this.path = path;
  }

  /** True where nothing better can be had, and somebody said that this will do. */
  public static boolean isWanted() {
    return Boolean.getBoolean(PROPERTY) && !System.getProperty("os.name", "").equals("Linux");
  }

  private static String digest(String key) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  protected PortableLock withMode(Mode mode) {
    return new PortableLock(path, mode);
  }

  @Override
  protected Slot resolve() throws IOException {
    try {
      Files.createFile(path);
    } catch (FileAlreadyExistsException there) {
      // Permanent: whoever was first made it.
    }
    return Slots.of(new FileEngine(path, identity(path)));
  }

  @Override
  protected boolean leadsTo(Slot slot) throws IOException {
    try {
      return key(identity(path)).equals(slot.key);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private static Key key(byte[] identity) {
    return Key.ofName(KIND, 0, 0, identity);
  }

  /**
   * The name, however it was reached, and the file that it leads to as far as the system tells. Not
   * the file alone: nothing here is open between two claims, so its number may come again.
   */
  private static byte[] identity(Path path) throws IOException {
    Object file =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    String text = path.toRealPath(LinkOption.NOFOLLOW_LINKS) + " " + file;
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static final class FileEngine extends PollingEngine {
    private final Path path;
    private final byte[] identity;
    private @Nullable FileChannel channel;

    FileEngine(Path path, byte[] identity) {
      super(PortableLock.key(identity));
      this.path = path;
      this.identity = identity;
    }

    @Override
    public String name() {
      return FileName.shownOf(path);
    }

    @Override
    public boolean tryClaim(Mode mode) throws IOException {
      FileChannel open =
          FileChannel.open(
              path,
              Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
      boolean claimed = false;
      try {
        claimed = open.tryLock(0, Long.MAX_VALUE, mode == Mode.SHARED) != null;
      } catch (OverlappingFileLockException another) {
        // Somebody in this process locks the file without this library.
      } finally {
        if (!claimed) {
          open.close();
        }
      }
      channel = claimed ? open : null;
      return claimed;
    }

    @Override
    public void release() throws IOException {
      FileChannel open = channel;
      channel = null;
      if (open != null) {
        open.close();
      }
    }

    @Override
    public void check(Mode mode) throws IOException {
      FileChannel open = channel;
      if (open == null || !open.isOpen()) {
        throw new LockLostException(name(), "its channel was closed");
      }
      if (!Arrays.equals(identity, PortableLock.identity(path))) {
        throw new LockLostException(name(), "the name no longer leads to what was locked");
      }
    }

    @Override
    public List<Holder> holders() {
      return List.of();
    }
  }
}
