/** What a victim does with names: decoded, resolved to bindings, and held against the attacker. */
package dev.holdfast.prove.watch;
