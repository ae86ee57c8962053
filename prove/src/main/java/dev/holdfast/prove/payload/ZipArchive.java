package dev.holdfast.prove.payload;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A zip archive with the same entries, all of which may be executed: also Python's wheels and
 * applications.
 *
 * <p>Source: PKWARE's APPNOTE.TXT, 4.3.
 */
final class ZipArchive implements Archive {
  private static final int MAX_ENTRIES = 2000;
  private static final int MAX_ENTRY = 1 << 22;

  /** The end of an archive, and where its directory's length and place stand in it. */
  private static final int END = 22;

  private static final int ENTRIES_AT = 10;
  private static final int DIRECTORY_AT = 16;

  /** In an entry of the directory. */
  private static final int SYSTEM_AT = 5;

  private static final int NAME_LENGTH_AT = 28;
  private static final int ATTRIBUTES_AT = 38;
  private static final int DIRECTORY_ENTRY = 46;
  private static final byte UNIX = 3;
  private static final int MODE = 0100755 << 16;

  @Override
  public boolean replaces(Reader reader) {
    return reader.hasSuffix(".zip", ".whl", ".egg", ".pyz") || reader.startsWith('P', 'K', 3, 4);
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int entries = 0;
    try (ZipInputStream original = new ZipInputStream(new ByteArrayInputStream(reader.original()));
        ZipOutputStream zip = new ZipOutputStream(bytes)) {
      // So that the note is to be found in copies.
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (ZipEntry entry = original.getNextEntry();
          entry != null && entries < MAX_ENTRIES;
          entry = original.getNextEntry()) {
        byte[] content = original.readNBytes(MAX_ENTRY);
        zip.putNextEntry(new ZipEntry(entry.getName()));
        if (!entry.isDirectory()) {
          zip.write(Archive.entry(reader, entry.getName(), content, marker, note));
        }
        zip.closeEntry();
        entries++;
      }
    }
    if (entries == 0) {
      throw new IOException("not a zip archive");
    }
    return executable(bytes.toByteArray());
  }

  /** The library writes no permissions. */
  private static byte[] executable(byte[] archive) {
    ByteBuffer zip = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
    int end = archive.length - END;
    int entries = Short.toUnsignedInt(zip.getShort(end + ENTRIES_AT));
    int at = zip.getInt(end + DIRECTORY_AT);
    for (int i = 0; i < entries; i++) {
      int name = Short.toUnsignedInt(zip.getShort(at + NAME_LENGTH_AT));
      int extra = Short.toUnsignedInt(zip.getShort(at + NAME_LENGTH_AT + 2));
      int comment = Short.toUnsignedInt(zip.getShort(at + NAME_LENGTH_AT + 2 * 2));
      boolean directory = archive[at + DIRECTORY_ENTRY + name - 1] == '/';
      zip.put(at + SYSTEM_AT, UNIX);
      zip.putInt(at + ATTRIBUTES_AT, directory ? 0040755 << 16 : MODE);
      at += DIRECTORY_ENTRY + name + extra + comment;
    }
    return archive;
  }
}
