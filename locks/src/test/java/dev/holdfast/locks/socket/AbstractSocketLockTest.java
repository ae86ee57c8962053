package dev.holdfast.locks.socket;

import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockContract;

class AbstractSocketLockTest extends LockContract {
  @Override
  protected Kind kind() {
    return Kinds.SOCKET;
  }
}
