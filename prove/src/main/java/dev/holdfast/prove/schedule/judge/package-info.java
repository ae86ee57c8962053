/**
 * Says whether what a schedule leads to is right, by what the serial orders lead to. Begin with
 * {@link dev.holdfast.prove.schedule.judge.Judge}.
 */
package dev.holdfast.prove.schedule.judge;
