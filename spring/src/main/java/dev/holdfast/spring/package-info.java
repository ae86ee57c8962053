/** The locks of Holdfast as Spring Integration knows them. */
@NullMarked
package dev.holdfast.spring;

import org.jspecify.annotations.NullMarked;
