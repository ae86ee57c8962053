import org.jspecify.annotations.NullMarked;

/** Stops a program between any two system calls, lets an attacker act there, and judges. */
@NullMarked
module dev.holdfast.prove {
  requires static org.jspecify;
  requires transitive dev.holdfast.catalogue;
  requires dev.holdfast.libc;
  requires dev.holdfast.path;
  requires transitive dev.holdfast.findings;

  exports dev.holdfast.prove;
  exports dev.holdfast.prove.model;
  exports dev.holdfast.prove.report;
}
