/** A held directory as {@code java.nio.file} sees it. */
package dev.holdfast.files.nio;
