/** Who could have changed what a path means, and which links may be followed or made. */
package dev.holdfast.files.trust;
