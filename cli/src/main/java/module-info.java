import org.jspecify.annotations.NullMarked;

/** The holdfast command: one thin class per verb. */
@NullMarked
module dev.holdfast.cli {
  requires static org.jspecify;
  requires dev.holdfast.files;
  requires dev.holdfast.locks;
  requires dev.holdfast.prove;
  requires dev.holdfast.lab;
  requires dev.holdfast.findings;
  requires dev.holdfast.libc;
}
