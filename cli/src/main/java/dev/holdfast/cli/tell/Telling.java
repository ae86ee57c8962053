package dev.holdfast.cli.tell;

import dev.holdfast.prove.model.Proof;
import java.util.function.UnaryOperator;

/**
 * A proof, and what else it takes to tell it.
 *
 * @param listed whether the windows were only listed, so that their verdicts mean nothing
 * @param version Holdfast's
 * @param replay from a window's id to the command line that runs it again
 */
public record Telling(Proof proof, boolean listed, String version, UnaryOperator<String> replay) {}
