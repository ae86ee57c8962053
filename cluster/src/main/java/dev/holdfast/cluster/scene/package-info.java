/**
 * The programs of the scene L14 of the lab, which starts them by their names; nobody else uses
 * them.
 */
@NullMarked
package dev.holdfast.cluster.scene;

import org.jspecify.annotations.NullMarked;
