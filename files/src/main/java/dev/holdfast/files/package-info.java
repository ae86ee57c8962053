/** Directory handles, checked open, temporary files, replacement, trust, identity, tree work. */
package dev.holdfast.files;
