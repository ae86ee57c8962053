import org.jspecify.annotations.NullMarked;

/** The hazards and answers that everything else points to. */
@NullMarked
module dev.holdfast.catalogue {
  requires static org.jspecify;

  exports dev.holdfast.catalogue;
}
