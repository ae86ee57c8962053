package dev.holdfast.prove.schedule.run;

import org.jspecify.annotations.Nullable;

/**
 * What a run goes by, whatever its schedule.
 *
 * @param anyTime whether who sleeps may wake before the others have moved
 * @param kills whether one of the programs may be killed
 * @param quiet whether it is over when all wait for something from outside
 * @param family the processes of the one program, if they run against one another; else null
 */
record Rules(boolean anyTime, boolean kills, boolean quiet, @Nullable Family family) {}
