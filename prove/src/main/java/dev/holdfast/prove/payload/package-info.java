/** What the attacker's files contain, so that whoever reads one as a program runs it. */
package dev.holdfast.prove.payload;
