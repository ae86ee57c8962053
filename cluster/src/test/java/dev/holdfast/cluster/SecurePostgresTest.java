package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * TLS and a role with a password, right and wrong; what is said of the wrong has no secret in it.
 */
class SecurePostgresTest {
  private static final String PASSWORD = "hidden-123";

  private static EmbeddedPostgres server;
  private static Path authority;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = EmbeddedPostgres.start();
    authority = server.secure(PASSWORD);
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private static PostgresSettings clerk(String password, String mode, Path certificate) {
    return PostgresSettings.of(
            server.at(),
            Map.of(
                "PGUSER",
                "clerk",
                "PGPASSWORD",
                password,
                "PGSSLMODE",
                mode,
                "PGSSLROOTCERT",
                certificate.toString()))
        .withTimes(Duration.ofSeconds(60), Duration.ofSeconds(10));
  }

  private static void works(PostgresSettings settings) throws Exception {
    try (PostgresLocks locks = PostgresLocks.connect(settings);
        Held held = locks.lock("a").acquire(Duration.ofSeconds(60))) {
      held.ensureValid();
      assertTrue(held.token() > 0);
    }
  }

  private static void refused(PostgresSettings settings, String... words) {
    IOException refused = assertThrows(IOException.class, () -> works(settings));
    // Whoever waits for a server that is away would wait for ever.
    assertFalse(refused instanceof ServerAwayException, refused::toString);
    String said = String.valueOf(refused.getMessage());
    for (String word : words) {
      assertTrue(said.contains(word), said);
    }
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      String told = String.valueOf(cause.getMessage());
      assertFalse(told.contains(PASSWORD) || told.contains("guessed"), told);
    }
  }

  @Test
  void theRightAuthorityAndPassword() throws Exception {
    works(clerk(PASSWORD, "verify-full", authority));
    works(clerk(PASSWORD, "require", authority));
  }

  @Test
  void aWrongPassword() {
    refused(clerk("guessed", "verify-full", authority), "28P01", "password", "127.0.0.1:");
  }

  @Test
  void withoutTls() {
    refused(clerk(PASSWORD, "disable", authority), "28000", "127.0.0.1:");
  }

  @Test
  void anotherAuthority() throws Exception {
    refused(clerk(PASSWORD, "verify-full", server.strangersCertificate()), "TLS", "sslrootcert");
  }

  @Test
  void anAuthorityThatIsNotThere() {
    Path nowhere = authority.resolveSibling("nowhere.pem");
    refused(clerk(PASSWORD, "verify-full", nowhere), "TLS", nowhere.toString());
  }

  @Test
  void aServerWithoutTls() throws Exception {
    try (EmbeddedPostgres plain = EmbeddedPostgres.start()) {
      PostgresSettings settings =
          PostgresSettings.of(
                  plain.at(),
                  Map.of("PGSSLMODE", "verify-full", "PGSSLROOTCERT", authority.toString()))
              .withUser("postgres", "");
      refused(settings, "TLS", "127.0.0.1:");
    }
  }
}
