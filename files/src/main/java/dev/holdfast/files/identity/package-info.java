/** Acting as another user, and giving privileges up. */
package dev.holdfast.files.identity;
