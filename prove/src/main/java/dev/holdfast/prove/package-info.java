/** Stops a program between any two system calls, lets an attacker act there, and judges. */
package dev.holdfast.prove;
