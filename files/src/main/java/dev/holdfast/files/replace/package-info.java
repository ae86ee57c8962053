/** New contents for a file, in one instant or where it stands. */
package dev.holdfast.files.replace;
