import org.jspecify.annotations.NullMarked;

/** One lock interface, one class per kind of lock; ordered sets, recovery, holders. */
@NullMarked
module dev.holdfast.locks {
  requires static org.jspecify;
  requires dev.holdfast.libc;
  requires dev.holdfast.files;
}
