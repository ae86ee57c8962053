/** Every hazard of the catalogue as a scene, run for real. */
package dev.holdfast.lab;
