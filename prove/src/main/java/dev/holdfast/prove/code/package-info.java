/** Which line of a program's source makes a call: ELF, DWARF's line tables, the stack. */
@NullMarked
package dev.holdfast.prove.code;

import org.jspecify.annotations.NullMarked;
