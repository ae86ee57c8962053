/** What JDK Flight Recorder is told of locks. */
@NullMarked
package dev.holdfast.locks.event;

import org.jspecify.annotations.NullMarked;
