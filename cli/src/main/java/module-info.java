import org.jspecify.annotations.NullMarked;

/** The holdfast command: one thin class per verb. */
@NullMarked
module dev.holdfast.cli {
  requires static org.jspecify;
  requires dev.holdfast.files;
  requires dev.holdfast.findings;
  requires dev.holdfast.lab;
  requires dev.holdfast.libc;
  requires dev.holdfast.locks;
  requires dev.holdfast.prove;
  requires info.picocli;

  // picocli fills annotated fields by reflection.
  opens dev.holdfast.cli to
      info.picocli;
}
