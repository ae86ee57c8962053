/**
 * Says which schedules are run, and what is shown by them. Begin with {@link
 * dev.holdfast.prove.schedule.explore.Explorer}.
 */
package dev.holdfast.prove.schedule.explore;
