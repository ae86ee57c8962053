/**
 * Directory handles and checked open: what everything else of this module stands on. Beside it:
 * {@link dev.holdfast.files.temp}, {@link dev.holdfast.files.replace}, {@link
 * dev.holdfast.files.tree}, {@link dev.holdfast.files.trust}, {@link dev.holdfast.files.identity},
 * {@link dev.holdfast.files.host}, {@link dev.holdfast.files.nio}.
 */
package dev.holdfast.files;
