import org.jspecify.annotations.NullMarked;

/** Every hazard of the catalogue as a scene, run for real. */
@NullMarked
module dev.holdfast.lab {
  requires static org.jspecify;
  requires transitive dev.holdfast.catalogue;
  requires dev.holdfast.files;
  requires dev.holdfast.locks;
  requires transitive dev.holdfast.prove;
  requires transitive dev.holdfast.findings;
  requires dev.holdfast.libc;
  requires dev.holdfast.path;

  exports dev.holdfast.lab;
  exports dev.holdfast.lab.model;
  exports dev.holdfast.lab.report;
}
