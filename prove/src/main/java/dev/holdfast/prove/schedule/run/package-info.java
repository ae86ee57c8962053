/**
 * Runs programs together in one world by one schedule, call by call. Begin with {@link
 * dev.holdfast.prove.schedule.run.Runner} and {@link dev.holdfast.prove.schedule.run.Conductor}.
 */
package dev.holdfast.prove.schedule.run;
