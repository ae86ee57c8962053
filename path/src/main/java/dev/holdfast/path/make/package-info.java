/** New files and new names: what nobody can guess, replace or mistake for another. */
package dev.holdfast.path.make;
