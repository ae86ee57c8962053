package dev.holdfast.locks.named;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Paths;
import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.scope.ScopeRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;

/**
 * The lock of a device, such as a serial line (K08): the file {@code LCK..NAME} with the PID as ten
 * characters and a newline, as UUCP's heirs make and read it, and a flock on the device itself, as
 * newer programs take it.
 *
 * <p><b>Guarantees.</b> {@link Contract#STRICT}, and as {@link ExclusiveFileLock}: the file appears
 * complete, and a dead holder's is taken away by one, if that is proved by the record beside its
 * contents. Where the file system keeps no extended attributes nothing can be proved, and it stays.
 *
 * <p><b>Remaining races.</b> Opening a serial line to flock it may raise its control lines. A link
 * such as {@code /dev/modem} is followed, so that both names are one lock; programs that do not
 * follow it lock another name.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> Filesystem Hierarchy Standard 3.0, 5.9 {@code /var/lock}.
 */
public final class DeviceLock extends NamedFileLock<DeviceLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND = new DeviceKind(Path.of("/var/lock"));

  private static final class DeviceKind extends LocalKind {
    private final Path directory;

    DeviceKind(Path directory) {
      super("device", "device lock", 6, ScopeRules::oneHost);
      this.directory = directory;
    }

    @Override
    public HostLock at(Path device) throws IOException {
      return new DeviceLock(Paths.requireDefault(device).toRealPath(), directory);
    }

    @Override
    public Kind in(Path other) {
      return new DeviceKind(other);
    }
  }

  private final Path device;

  DeviceLock(Path device, Path directory) {
    super(
        directory.resolve("LCK.." + device.getFileName()),
        KIND,
        Contract.STRICT,
        EnumSet.of(Capability.HOLDERS, Capability.RECOVERY));
    this.device = device;
  }

  /** The device itself. */
  public Path device() {
    return device;
  }

  private static byte[] contents(HolderRecord record) {
    return String.format(Locale.ROOT, "%10d\n", record.pid()).getBytes(US_ASCII);
  }

  @Override
  protected NamedFileEngine.Style style() {
    return new NamedFileEngine.Style(DeviceLock::contents, true, false, true, false, 0644, device);
  }
}
