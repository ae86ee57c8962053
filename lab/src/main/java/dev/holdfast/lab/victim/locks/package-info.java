/** Programs in Java for the scenes of locks (L): the usual way, and ours. */
package dev.holdfast.lab.victim.locks;
