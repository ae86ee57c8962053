package dev.holdfast.files.ground;

/**
 * What shows that a caller belongs to this module: nobody else sees this package. See {@code
 * Internals}.
 */
public enum Insider {
  KEY
}
