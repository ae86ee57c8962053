/**
 * Temporary files and directories, private directories, and the last resort for what cannot be
 * saved.
 */
package dev.holdfast.files.temp;
