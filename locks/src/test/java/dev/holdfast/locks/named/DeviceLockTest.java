package dev.holdfast.locks.named;

import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.nio.file.Path;

class DeviceLockTest extends NamedFileLockContract {
  @Override
  protected Kind kind() {
    return Kinds.DEVICE;
  }

  @Override
  protected HostLock inDirectory(Path place) throws IOException {
    return Locks.device(Path.of("/dev/null"), place);
  }
}
