import org.jspecify.annotations.NullMarked;

/** One lock interface, one class per kind of lock; ordered sets, recovery, holders. */
@NullMarked
module dev.holdfast.locks {
  requires static transitive org.jspecify;
  requires dev.holdfast.libc;
  requires dev.holdfast.files;

  exports dev.holdfast.locks;
}
