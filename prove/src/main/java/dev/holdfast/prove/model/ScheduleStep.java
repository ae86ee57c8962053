package dev.holdfast.prove.model;

/**
 * One call of a schedule.
 *
 * @param program whose, from 0
 * @param task which of its tasks
 * @param call as its manual page names it
 * @param about what it is about, for people; empty if nothing
 * @param result for people: the error of a call that failed
 * @param holds who holds the lock that it is about from now on, for people; empty if it is about
 *     none
 * @param preempts whether another program could have gone on before it
 */
public record ScheduleStep(
    int program,
    String task,
    String call,
    String about,
    String result,
    String holds,
    boolean preempts) {}
