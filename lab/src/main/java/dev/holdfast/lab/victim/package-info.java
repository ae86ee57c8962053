/** Programs that are attacked in scenes: each is started as a process of its own. */
package dev.holdfast.lab.victim;
