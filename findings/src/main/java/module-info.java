import org.jspecify.annotations.NullMarked;

/** What prove and audit report: rule, place, evidence, advice; written as text, SARIF and HTML. */
@NullMarked
module dev.holdfast.findings {
  requires static org.jspecify;
  requires transitive dev.holdfast.catalogue;
  requires transitive com.fasterxml.jackson.core;

  exports dev.holdfast.findings;
  exports dev.holdfast.findings.terminal;
}
