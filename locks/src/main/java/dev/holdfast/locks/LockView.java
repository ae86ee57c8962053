package dev.holdfast.locks;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Another way to acquire a lock: what is not about acquiring is the lock's own. */
public abstract class LockView implements HostLock {
  private final HostLock lock;

  public LockView(HostLock lock) {
    this.lock = lock;
  }

  @Override
  public String name() {
    return lock.name();
  }

  @Override
  public final Kind kind() {
    return lock.kind();
  }

  @Override
  public final Contract contract() {
    return lock.contract();
  }

  @Override
  public Set<Capability> capabilities() {
    return lock.capabilities();
  }

  @Override
  public final Mode mode() {
    return lock.mode();
  }

  @Override
  public final Key key() throws IOException {
    return lock.key();
  }

  @Override
  public final List<Holder> holders() throws IOException {
    return lock.holders();
  }
}
