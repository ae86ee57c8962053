package dev.holdfast.locks.portable;

import dev.holdfast.locks.Kind;
import dev.holdfast.locks.LockContract;

class PortableLockTest extends LockContract {
  @Override
  protected Kind kind() {
    return PortableLock.KIND;
  }
}
