/** The locks of Holdfast as ShedLock knows them. */
@NullMarked
package dev.holdfast.shedlock;

import org.jspecify.annotations.NullMarked;
