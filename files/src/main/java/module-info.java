import org.jspecify.annotations.NullMarked;

/** Directory handles, checked open, temporary files, replacement, trust, identity, tree work. */
@NullMarked
module dev.holdfast.files {
  requires static org.jspecify;
  requires dev.holdfast.libc;

  exports dev.holdfast.files;
}
