/** Whole trees: copying, deleting, changing modes and owners, and cleaning by age. */
package dev.holdfast.files.tree;
