/** From what was observed to the windows worth trying. */
package dev.holdfast.prove.plan;
