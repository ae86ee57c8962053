package dev.holdfast.prove.payload;

import java.io.IOException;

/** What holds other files: the same names, and behind each what runs in the eyes of its reader. */
interface Archive extends Payload {
  /** Any program may unpack it: what is taken out is what matters. */
  @Override
  default boolean isReadBy(Reader reader) {
    return false;
  }

  /** What is to stand in place of one of the files in it; archives in archives stay closed. */
  static byte[] entry(Reader archive, String name, byte[] original, String marker, String note) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    return Payloads.forEntry(new Reader(last, original, archive.command()), marker, note);
  }

  /** What is to stand in place of what was compressed: another archive, or a file. */
  static byte[] inside(Reader reader, String marker, String note) throws IOException {
    byte[] original = reader.original();
    if (TarArchive.isTar(original)) {
      return new TarArchive().contents(reader, marker, note);
    }
    return CpioArchive.isCpio(original)
        ? new CpioArchive().contents(reader, marker, note)
        : Payloads.forEntry(reader, marker, note);
  }
}
