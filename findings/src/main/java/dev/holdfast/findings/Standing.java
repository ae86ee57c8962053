package dev.holdfast.findings;

/**
 * What is thought of a finding by whoever looks after the program.
 *
 * @param known whether it was there when the baseline was made, so that it does not count
 * @param reason why it is left as it is; empty if nobody said so
 */
public record Standing(boolean known, String reason) {
  /** Nobody knew of it: it counts. */
  public static final Standing NEW = new Standing(false, "");

  /** It is in the baseline. */
  public static Standing known(String reason) {
    return new Standing(true, reason);
  }
}
