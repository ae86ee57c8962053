package dev.holdfast.prove.payload;

import java.io.IOException;

/** A kind of file that runs when it is read as what it is. */
interface Payload {
  /** Whether the file itself, by its name or by what stood there, is of this kind. */
  boolean replaces(Reader reader);

  /** Whether the program that reads it takes files of this kind. */
  boolean isReadBy(Reader reader);

  /**
   * Makes the file's contents.
   *
   * @param marker an absolute path of letters, digits, dots and slashes, which is made when it runs
   * @param note a word that occurs in it, where the kind has room for one
   */
  byte[] contents(Reader reader, String marker, String note) throws IOException;
}
