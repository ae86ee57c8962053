import org.jspecify.annotations.NullMarked;

/**
 * System calls, structs, constants and errno, called through the foreign-function interface.
 *
 * <p>The friends named here are compiled later than this module, hence the suppressed warning.
 */
@NullMarked
@SuppressWarnings("module")
module dev.holdfast.libc {
  requires static org.jspecify;

  exports dev.holdfast.libc to
      dev.holdfast.bench,
      dev.holdfast.cli,
      dev.holdfast.files,
      dev.holdfast.lab,
      dev.holdfast.locks,
      dev.holdfast.path,
      dev.holdfast.prove;
  exports dev.holdfast.libc.process to
      dev.holdfast.bench,
      dev.holdfast.cli,
      dev.holdfast.files,
      dev.holdfast.lab,
      dev.holdfast.locks,
      dev.holdfast.path,
      dev.holdfast.prove;
}
