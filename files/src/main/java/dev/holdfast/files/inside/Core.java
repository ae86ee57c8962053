package dev.holdfast.files.inside;

import dev.holdfast.files.Internals;
import dev.holdfast.files.ground.Insider;

/** The way into the core package, for the other packages of this module. */
public final class Core {
  public static final Internals CORE = Internals.of(Insider.KEY);

  private Core() {}
}
