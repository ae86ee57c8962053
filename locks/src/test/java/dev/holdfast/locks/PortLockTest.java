package dev.holdfast.locks;

class PortLockTest extends LockContract {
  @Override
  Kind kind() {
    return Kind.PORT;
  }
}
