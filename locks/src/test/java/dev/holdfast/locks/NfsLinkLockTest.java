package dev.holdfast.locks;

class NfsLinkLockTest extends NamedFileLockContract {
  @Override
  Kind kind() {
    return Kind.NFS;
  }
}
