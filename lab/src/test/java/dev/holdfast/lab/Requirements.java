package dev.holdfast.lab;

import dev.holdfast.libc.Identity;
import dev.holdfast.prove.Prover;
import org.junit.jupiter.api.Assumptions;

/** What tests need of the machine they run on; without it they are skipped, and say so. */
public final class Requirements {
  private Requirements() {}

  /** Worlds with two identities. */
  public static void twoIdentities() {
    Assumptions.assumeTrue(
        Identity.geteuid() == 0, "needs root: the attacker is another user than the victim");
    String whyNot = Prover.whyNot();
    Assumptions.assumeTrue(whyNot == null, () -> "no worlds here: " + whyNot);
  }

  public static void program(String name) {
    Assumptions.assumeTrue(Workshop.isOnPath(name), () -> "needs the program " + name);
  }

  public static void compiler() {
    Assumptions.assumeTrue(
        Workshop.isOnPath("cc") || Workshop.isOnPath("gcc") || Workshop.isOnPath("clang"),
        "needs a C compiler");
  }
}
