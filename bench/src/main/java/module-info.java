import org.jspecify.annotations.NullMarked;

/** Benchmarks beside the same loop in C. */
@NullMarked
module dev.holdfast.bench {
  requires static org.jspecify;
  requires dev.holdfast.cli;
  requires dev.holdfast.libc;
  requires dev.holdfast.files;
  requires dev.holdfast.locks;
  requires dev.holdfast.prove;
  requires java.management;
  requires jmh.core;
}
