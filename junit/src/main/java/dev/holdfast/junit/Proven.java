package dev.holdfast.junit;

import dev.holdfast.prove.report.Conclusion;
import java.nio.file.Path;

/**
 * What a proof came to.
 *
 * @param text as {@code holdfast prove} prints it
 * @param report the HTML file that shows it
 */
public record Proven(Conclusion.Kind kind, String text, Path report) {}
