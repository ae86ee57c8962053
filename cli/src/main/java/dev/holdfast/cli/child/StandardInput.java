package dev.holdfast.cli.child;

import dev.holdfast.cli.command.CommandFailure;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;

/**
 * What is piped into a command. Read errors are reported against standard input, not against the
 * target file.
 */
public final class StandardInput extends FilterInputStream {
  public StandardInput() {
    super(new FileInputStream(FileDescriptor.in));
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    try {
      return super.read(into, offset, length);
    } catch (IOException unreadable) {
      throw CommandFailure.undecided(
          "standard input", "cannot be read: " + unreadable.getMessage());
    }
  }
}
