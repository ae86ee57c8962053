/** What every command is made of: options, operands, exit statuses, messages, output. */
package dev.holdfast.cli.command;
