package dev.holdfast.prove.report;

import dev.holdfast.prove.model.Proof;
import java.util.function.UnaryOperator;

/**
 * A proof, and what else it takes to tell it.
 *
 * @param listed whether the windows were only listed, so that their verdicts mean nothing
 * @param version Holdfast's
 * @param replay from a window's id to the command line that runs it again
 * @param policy what counts as holding
 */
public record ToldProof(
    Proof proof,
    boolean listed,
    String version,
    UnaryOperator<String> replay,
    Conclusion.Policy policy) {
  /** Told by the strict policy. */
  public ToldProof(Proof proof, boolean listed, String version, UnaryOperator<String> replay) {
    this(proof, listed, version, replay, Conclusion.Policy.STRICT);
  }

  /** What it comes to. */
  public Conclusion conclusion() {
    return Conclusion.of(proof, policy);
  }
}
