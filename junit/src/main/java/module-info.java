import org.jspecify.annotations.NullMarked;

/** Proofs as JUnit tests. */
@NullMarked
module dev.holdfast.junit {
  requires static org.jspecify;
  requires java.management;
  requires transitive dev.holdfast.prove;
  requires dev.holdfast.findings;
  requires transitive org.junit.jupiter.api;

  exports dev.holdfast.junit;
}
