package dev.holdfast.prove.report;

import dev.holdfast.findings.Place;
import dev.holdfast.findings.Standing;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.WindowResult;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A proof, and what else it takes to tell it.
 *
 * @param listed whether the windows were only listed, so that their verdicts mean nothing
 * @param version Holdfast's
 * @param replay from a window's id to the command line that runs it again
 * @param policy what counts as holding
 * @param known fingerprints of windows that do not count, to the reason why
 * @param origin the file that says what to prove, for findings that come from no source that is
 *     known; null if it was only typed
 * @param scripts what the program runs that is no file here
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record ToldProof(
    Proof proof,
    boolean listed,
    String version,
    UnaryOperator<String> replay,
    Conclusion.Policy policy,
    Map<String, String> known,
    Place.@Nullable Source origin,
    List<Script> scripts) {
  public ToldProof {
    known = Map.copyOf(known);
    scripts = List.copyOf(scripts);
  }

  /** Told by the strict policy. */
  public ToldProof(Proof proof, boolean listed, String version, UnaryOperator<String> replay) {
    this(proof, listed, version, replay, Conclusion.Policy.STRICT);
  }

  /** Nothing of it was known before. */
  public ToldProof(
      Proof proof,
      boolean listed,
      String version,
      UnaryOperator<String> replay,
      Conclusion.Policy policy) {
    this(proof, listed, version, replay, policy, Map.of(), null, List.of());
  }

  /** The same, told by who knows of a baseline and of a file that the case comes from. */
  public ToldProof beside(Map<String, String> itsKnown, Place.@Nullable Source itsOrigin) {
    return new ToldProof(proof, listed, version, replay, policy, itsKnown, itsOrigin, scripts);
  }

  /** The same, told by who knows scripts that the program brings with it. */
  public ToldProof with(List<Script> itsScripts) {
    return new ToldProof(proof, listed, version, replay, policy, known, origin, itsScripts);
  }

  /** What it comes to, without what was known. */
  public Conclusion conclusion() {
    return Conclusion.of(open(), policy);
  }

  /** The proof without the break-ins that were known. */
  Proof open() {
    return known.isEmpty()
        ? proof
        : proof.with(proof.windows().stream().filter(result -> !isKnown(result)).toList());
  }

  /** How many break-ins were known. */
  long knownOnes() {
    return proof.windows().stream().filter(this::isKnown).count();
  }

  boolean isKnown(WindowResult result) {
    return result.verdict() == Verdict.EXPLOITED
        && known.containsKey(result.window().fingerprint());
  }

  Standing standing(WindowResult result) {
    return isKnown(result)
        ? Standing.known(known.getOrDefault(result.window().fingerprint(), ""))
        : Standing.NEW;
  }
}
