package dev.holdfast.locks;

import java.util.List;

/**
 * Registers kinds of lock: a service of {@link java.util.ServiceLoader}, so that a module can bring
 * its own.
 */
public interface KindProvider {
  /** The kinds that it brings, always the same objects. */
  List<Kind> kinds();
}
