package dev.holdfast.prove.payload;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A file, or a tar archive, compressed with gzip(1). */
final class GzipFile implements Archive {
  private static final int MAX_CONTENT = 1 << 26;

  @Override
  public boolean replaces(Reader reader) {
    return reader.hasSuffix(".gz", ".tgz") || reader.startsWith(0x1f, 0x8b);
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) throws IOException {
    byte[] original;
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(reader.original()))) {
      original = in.readNBytes(MAX_CONTENT);
    }
    String name = reader.name().replaceFirst("\\.gz$", "").replaceFirst("\\.tgz$", ".tar");
    Reader inner = new Reader(name, original, reader.command());
    return compress(Archive.inside(inner, marker, note));
  }

  /** Stored, so that a note is to be found in copies. */
  static byte[] compress(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new Stored(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static final class Stored extends GZIPOutputStream {
    Stored(ByteArrayOutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.NO_COMPRESSION);
    }
  }
}
