/** What this machine is set to, and files that are held without a name. */
package dev.holdfast.files.host;
