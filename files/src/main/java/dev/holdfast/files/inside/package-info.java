/** What several packages of this module share above the core, and nobody outside sees. */
package dev.holdfast.files.inside;
