/** Commands on locks. */
package dev.holdfast.cli.lock;
