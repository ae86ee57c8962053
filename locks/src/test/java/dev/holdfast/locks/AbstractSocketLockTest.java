package dev.holdfast.locks;

class AbstractSocketLockTest extends LockContract {
  @Override
  Kind kind() {
    return Kind.SOCKET;
  }
}
