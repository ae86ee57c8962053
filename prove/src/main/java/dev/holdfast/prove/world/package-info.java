/** Private worlds: what a victim sees instead of the host, made fresh for each trial. */
package dev.holdfast.prove.world;
