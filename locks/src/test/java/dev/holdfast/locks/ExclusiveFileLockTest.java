package dev.holdfast.locks;

class ExclusiveFileLockTest extends NamedFileLockContract {
  @Override
  Kind kind() {
    return Kind.FILE;
  }
}
