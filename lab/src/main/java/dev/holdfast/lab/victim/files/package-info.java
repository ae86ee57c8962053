/** Programs in Java for the scenes of files (S): the usual way, and ours. */
package dev.holdfast.lab.victim.files;
