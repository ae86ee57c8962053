package dev.holdfast.lab;

import dev.holdfast.prove.Prover;

/**
 * What tests of proofs need of the machine they run on; without it they are skipped, and say so.
 */
public final class Requirements {
  private Requirements() {}

  /** Worlds with two identities. */
  public static void twoIdentities() {
    dev.holdfast.testing.Requirements.root("the attacker is another user than the victim");
    dev.holdfast.testing.Requirements.nothingAgainst(Prover.whyNot());
  }

  public static void program(String name) {
    dev.holdfast.testing.Requirements.program(name);
  }

  public static void compiler() {
    dev.holdfast.testing.Requirements.compiler();
  }
}
