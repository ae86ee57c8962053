/** Hazards and answers by their ids. */
package dev.holdfast.catalogue;
