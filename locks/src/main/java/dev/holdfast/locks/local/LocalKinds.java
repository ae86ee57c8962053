package dev.holdfast.locks.local;

import dev.holdfast.locks.Kind;
import dev.holdfast.locks.KindProvider;
import dev.holdfast.locks.kernel.FlockLock;
import dev.holdfast.locks.kernel.OfdLock;
import dev.holdfast.locks.kernel.PosixLock;
import dev.holdfast.locks.memory.SharedMemoryLock;
import dev.holdfast.locks.named.DeviceLock;
import dev.holdfast.locks.named.ExclusiveFileLock;
import dev.holdfast.locks.named.MailLock;
import dev.holdfast.locks.named.NfsLinkLock;
import dev.holdfast.locks.named.PidFile;
import dev.holdfast.locks.portable.PortableLock;
import dev.holdfast.locks.socket.AbstractSocketLock;
import dev.holdfast.locks.socket.PortLock;
import java.util.List;
import java.util.stream.Stream;

/** Registers the kinds of lock of one machine: a new one gets a line here. */
public final class LocalKinds implements KindProvider {
  @Override
  public List<Kind> kinds() {
    return PortableLock.isWanted()
        ? Stream.concat(ofLinux().stream(), Stream.of(PortableLock.KIND)).toList()
        : ofLinux();
  }

  private static List<Kind> ofLinux() {
    return List.of(
        OfdLock.KIND,
        PosixLock.KIND,
        FlockLock.KIND,
        ExclusiveFileLock.KIND,
        NfsLinkLock.KIND,
        PidFile.KIND,
        DeviceLock.KIND,
        MailLock.KIND,
        PortLock.KIND,
        AbstractSocketLock.KIND,
        SharedMemoryLock.KIND);
  }
}
