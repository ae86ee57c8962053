import org.jspecify.annotations.NullMarked;

/** What the tests of all modules share: child JVMs, compiled victims, host probes, leftovers. */
@NullMarked
module dev.holdfast.testing {
  requires static org.jspecify;
  requires transitive org.junit.jupiter.api;

  exports dev.holdfast.testing;
}
