import org.jspecify.annotations.NullMarked;

/**
 * One lock interface, one class per kind of lock; ordered sets, recovery, holders.
 *
 * @uses dev.holdfast.locks.KindProvider
 */
@NullMarked
module dev.holdfast.locks {
  requires static jdk.jfr;
  requires static org.jspecify;
  requires dev.holdfast.libc;
  requires transitive dev.holdfast.path;

  exports dev.holdfast.locks;
  exports dev.holdfast.locks.descriptor;
  exports dev.holdfast.locks.enforce;
  exports dev.holdfast.locks.event;
  exports dev.holdfast.locks.memory;
  exports dev.holdfast.locks.process;
  exports dev.holdfast.locks.remote;
  exports dev.holdfast.locks.report;
  exports dev.holdfast.locks.scope;
  exports dev.holdfast.locks.wait;

  uses dev.holdfast.locks.KindProvider;

  provides dev.holdfast.locks.KindProvider with
      dev.holdfast.locks.local.LocalKinds;
}
