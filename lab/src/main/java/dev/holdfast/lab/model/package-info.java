/** What the lab shows and what came out: scenes, and verdicts on each of their programs. */
package dev.holdfast.lab.model;
