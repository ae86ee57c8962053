package dev.holdfast.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8, and names in the form of {@link dev.holdfast.path.FileName} by their bytes: what is
 * printed for a script to use is the very name. What people read was escaped before.
 */
final class NameWriter extends Writer {
  /** The surrogates that stand for a byte. */
  private static final char FIRST_BYTE = '\uDC80';

  private static final char LAST_BYTE = '\uDCFF';

  private final OutputStream bytes;
  private final Writer text;
  private char before;

  NameWriter(OutputStream to) {
    bytes = to;
    text = new OutputStreamWriter(to, StandardCharsets.UTF_8);
  }

  @Override
  public void write(char[] chars, int offset, int length) throws IOException {
    int end = offset + length;
    int from = offset;
    for (int i = offset; i < end; i++) {
      char c = chars[i];
      if (c >= FIRST_BYTE && c <= LAST_BYTE && !Character.isHighSurrogate(before)) {
        text.write(chars, from, i - from);
        text.flush();
        bytes.write(c & 0xff);
        from = i + 1;
      }
      before = c;
    }
    text.write(chars, from, end - from);
  }

  @Override
  public void flush() throws IOException {
    text.flush();
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
