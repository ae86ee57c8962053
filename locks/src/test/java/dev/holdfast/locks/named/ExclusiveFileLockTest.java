package dev.holdfast.locks.named;

import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;

class ExclusiveFileLockTest extends NamedFileLockContract {
  @Override
  protected Kind kind() {
    return Kinds.FILE;
  }
}
