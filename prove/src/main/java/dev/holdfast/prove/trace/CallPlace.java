package dev.holdfast.prove.trace;

/**
 * Where in a process of ours the instruction of a system call stands.
 *
 * @param address of the instruction
 * @param trap true if a breakpoint follows it: then a call of ours takes one stop and not two
 */
record CallPlace(long address, boolean trap) {}
