package dev.holdfast.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The number that PostgreSQL locks for a name: the first eight bytes of the SHA-256 of the name,
 * the same on every machine. In SQL:
 *
 * <pre>{@code
 * pg_advisory_lock(('x' || left(encode(sha256('NAME'), 'hex'), 16))::bit(64)::bigint)
 * }</pre>
 *
 * <p>A name {@code #NUMBER} is the number itself, for locks that other programs know by it. Two
 * names with one number would exclude each other for no reason, and nothing worse.
 */
final class PostgresKey {
  private PostgresKey() {}

  static long ofName(String name) {
    if (name.startsWith("#") && name.matches("#-?[0-9]+")) {
      try {
        return Long.parseLong(name.substring(1));
      } catch (NumberFormatException tooLarge) {
        throw new IllegalArgumentException(name + ": not a number of 64 bits", tooLarge);
      }
    }
    return hash(name);
  }

  /** Who has this one looks for a permit; the others stand in line for it. */
  static long ofGate(String semaphore) {
    return hash("holdfast gate\0" + semaphore);
  }

  static long ofPermit(String semaphore, int number) {
    return hash("holdfast permit\0" + number + "\0" + semaphore);
  }

  private static long hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
