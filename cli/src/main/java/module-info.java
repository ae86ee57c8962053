import org.jspecify.annotations.NullMarked;

/** The holdfast command: one thin class per verb. */
@NullMarked
module dev.holdfast.cli {
  requires static org.jspecify;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.toml;
  requires dev.holdfast.catalogue;
  requires dev.holdfast.files;
  requires dev.holdfast.findings;
  requires dev.holdfast.lab;
  requires dev.holdfast.libc;
  requires dev.holdfast.path;
  requires dev.holdfast.locks;
  requires dev.holdfast.prove;
  requires info.picocli;
  requires jdk.unsupported;

  uses dev.holdfast.locks.KindProvider;
}
