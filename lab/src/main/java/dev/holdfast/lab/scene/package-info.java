/** The scenes of the catalogue, one class each, named after its row. */
package dev.holdfast.lab.scene;
