/** What a file is called. */
package dev.holdfast.path;
