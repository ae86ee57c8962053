/** Says what came out: proofs and scenes as text, JSON, and reports of the findings module. */
package dev.holdfast.cli.tell;
