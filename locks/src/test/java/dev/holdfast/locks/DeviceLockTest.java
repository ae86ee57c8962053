package dev.holdfast.locks;

class DeviceLockTest extends NamedFileLockContract {
  @Override
  Kind kind() {
    return Kind.DEVICE;
  }
}
