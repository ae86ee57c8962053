import org.jspecify.annotations.NullMarked;

/** Directory handles, checked open, temporary files, replacement, trust, identity, tree work. */
@NullMarked
module dev.holdfast.files {
  requires static jdk.jfr;
  requires static org.jspecify;
  requires transitive dev.holdfast.catalogue;
  requires dev.holdfast.libc;
  requires transitive dev.holdfast.path;

  exports dev.holdfast.files;
  exports dev.holdfast.files.host;
  exports dev.holdfast.files.identity;
  exports dev.holdfast.files.nio;
  exports dev.holdfast.files.replace;
  exports dev.holdfast.files.temp;
  exports dev.holdfast.files.tree;
  exports dev.holdfast.files.trust;
}
