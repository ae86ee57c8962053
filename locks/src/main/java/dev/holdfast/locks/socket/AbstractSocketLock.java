package dev.holdfast.locks.socket;

import dev.holdfast.libc.Sockets;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.process.LocalLock;
import dev.holdfast.locks.process.Slot;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.scope.ScopeRules;
import dev.holdfast.path.FileName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A name in the abstract namespace of Unix sockets, bound and never used (K10): a lock without a
 * file, even where nothing can be written.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}, within one network namespace.
 *
 * <p><b>Remaining races.</b> The names have no owners and no permissions: any local user may take
 * one first. Nobody tells waiters that it got free: they look, at random intervals.
 *
 * <p>{@link Held#token} is comparable within one boot.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> unix(7).
 */
public final class AbstractSocketLock extends LocalLock<AbstractSocketLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("socket", "abstract socket", 9, ScopeRules::anywhere) {
        @Override
        public HostLock at(Path path) throws IOException {
          return named(FileName.textOf(path));
        }

        @Override
        public HostLock named(String name) throws IOException {
          return new AbstractSocketLock(name);
        }
      };

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.HOLDERS, Capability.SURVIVES_KILL);

  private final byte[] bytes;

  AbstractSocketLock(String socketName) {
    super("@" + FileName.display(encode(socketName)), Mode.EXCLUSIVE, KIND, CAPABILITIES);
    this.bytes = encode(socketName);
    if (bytes.length == 0 || bytes.length > Sockets.ABSTRACT_MAX) {
      throw new IllegalArgumentException("no name for an abstract socket: " + socketName);
    }
  }

  /** Of all names only these may have NULs in them, unix(7). */
  private static byte[] encode(String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String part : name.split("\0", -1)) {
      bytes.writeBytes(FileName.encode(part));
      bytes.write(0);
    }
    return Arrays.copyOf(bytes.toByteArray(), bytes.size() - 1);
  }

  @Override
  protected Slot resolve() {
    return Slots.of(new NameEngine(bytes, name()));
  }

  @Override
  protected boolean leadsTo(Slot slot) {
    return true;
  }

  private static final class NameEngine extends SocketEngine {
    private final byte[] bytes;

    NameEngine(byte[] bytes, String shown) {
      super(Key.ofName(KIND, 0, 0, bytes), shown, Sockets.AF_UNIX, Sockets.SOCK_DGRAM);
      this.bytes = bytes;
    }

    @Override
    SyscallResult bind(int fd) {
      return Sockets.bindAbstract(fd, bytes);
    }

    @Override
    public List<Holder> holders() {
      return SocketHolders.ofAbstractName(bytes);
    }
  }
}
