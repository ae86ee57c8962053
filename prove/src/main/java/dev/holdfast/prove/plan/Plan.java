package dev.holdfast.prove.plan;

import java.util.List;
import java.util.Map;

/**
 * What to try, and what needs no trial.
 *
 * @param pruned reason to number of uses
 */
public record Plan(List<PlannedWindow> windows, Map<String, Integer> pruned) {}
