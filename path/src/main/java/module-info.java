import org.jspecify.annotations.NullMarked;

/**
 * Names of files, the walk along a path, new names, and what the kernel says in /proc.
 *
 * <p>The friends named here are compiled later than this module, hence the suppressed warning.
 */
@NullMarked
@SuppressWarnings("module")
module dev.holdfast.path {
  requires static org.jspecify;
  requires dev.holdfast.libc;

  exports dev.holdfast.path;
  exports dev.holdfast.path.make to
      dev.holdfast.cli,
      dev.holdfast.files,
      dev.holdfast.locks,
      dev.holdfast.prove;
  exports dev.holdfast.path.proc to
      dev.holdfast.cli,
      dev.holdfast.files,
      dev.holdfast.lab,
      dev.holdfast.locks,
      dev.holdfast.prove;
  exports dev.holdfast.path.walk to
      dev.holdfast.files,
      dev.holdfast.prove;
}
