/** A path looked up name by name. */
package dev.holdfast.path.walk;
