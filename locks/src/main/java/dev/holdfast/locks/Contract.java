package dev.holdfast.locks;

import dev.holdfast.locks.named.Recovery;

/** What a kind of lock promises about its end. */
public enum Contract {
  /** The kernel frees it when its holder ends, however it ends. */
  KERNEL_HELD,

  /**
   * It stays until it is released, or until {@link Recovery} proves that its holder is dead. Nobody
   * breaks it by age.
   */
  STRICT,

  /** It may be given away while a paused holder still believes in it: check tokens. */
  LEASE
}
