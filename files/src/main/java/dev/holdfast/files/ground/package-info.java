/** What asks the kernel and knows no class of this module: names, numbers, mounts, accounts. */
package dev.holdfast.files.ground;
