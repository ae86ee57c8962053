/** How a scene is played: programs are made, started and led, and what they do is judged. */
package dev.holdfast.lab.stage;
