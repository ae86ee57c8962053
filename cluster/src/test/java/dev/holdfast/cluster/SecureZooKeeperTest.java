package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.security.auth.login.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and SASL, right and wrong; what is said of the wrong has no secret in it. */
class SecureZooKeeperTest {
  private static final String PASSWORD = "hidden-123";

  @TempDir Path directory;

  private final List<Process> servers = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (Process server : servers) {
      server.destroyForcibly().waitFor();
    }
  }

  private ZooKeeperSettings server(String what, String... properties) throws IOException {
    List<String> options = new ArrayList<>(List.of("-Dslf4j.internal.verbosity=ERROR"));
    options.addAll(List.of(properties));
    Process server =
        new ProcessBuilder(
                ChildJvm.commandWith(
                    options,
                    SecuredServer.class,
                    Files.createTempDirectory(directory, "server").toString(),
                    what))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    servers.add(server);
    BufferedReader lines = server.inputReader();
    return ZooKeeperSettings.of("127.0.0.1:" + lines.readLine())
        .withTimeouts(Duration.ofSeconds(20), Duration.ofSeconds(20));
  }

  private static void works(ZooKeeperSettings settings) throws Exception {
    try (ZooKeeperLocks locks = ZooKeeperLocks.connect(settings);
        Held held = locks.lock("a").acquire(Duration.ofSeconds(60))) {
      held.ensureValid();
      assertTrue(held.token() > 0);
    }
  }

  /** Where nobody answers, the time is waited for to its end. */
  private static void unanswered(ZooKeeperSettings settings, String... words) {
    refused(settings.withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5)), words);
  }

  private static void refused(ZooKeeperSettings settings, String... words) {
    IOException refused = assertThrows(IOException.class, () -> works(settings));
    String said = String.valueOf(refused.getMessage());
    for (String word : words) {
      assertTrue(said.contains(word), said);
    }
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      String told = String.valueOf(cause.getMessage());
      assertFalse(told.contains(PASSWORD) || told.contains("guessed"), told);
    }
  }

  // --- TLS --------------------------------------------------------------------------------------

  private Path keys(String name) throws Exception {
    Path store = directory.resolve(name + ".p12");
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        "CN=127.0.0.1",
        "-ext",
        "SAN=IP:127.0.0.1,DNS:localhost",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString());
    Path certificate = directory.resolve(name + ".pem");
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        name,
        "-keystore",
        store.toString(),
        "-file",
        certificate.toString());
    return store;
  }

  private Path trust(String name) throws Exception {
    Path store = directory.resolve(name + "-trust.p12");
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        name,
        "-file",
        directory.resolve(name + ".pem").toString(),
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString());
    return store;
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD));
    Commands.run(command);
  }

  private ZooKeeperSettings trusting(ZooKeeperSettings settings, Path store, String secret) {
    return settings
        .withClient("zookeeper.client.secure", "true")
        .withClient("zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty")
        .withClient("zookeeper.ssl.keyStore.location", directory.resolve("server.p12").toString())
        .withClient("zookeeper.ssl.keyStore.password", PASSWORD)
        .withClient("zookeeper.ssl.trustStore.location", store.toString())
        .withClient("zookeeper.ssl.trustStore.password", secret);
  }

  @Test
  void tls() throws Exception {
    Path store = keys("server");
    ZooKeeperSettings plain =
        server(
            "tls",
            "-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
            // What a configuration file with a secure port sets.
            "-Dzookeeper.authProvider.x509="
                + "org.apache.zookeeper.server.auth.X509AuthenticationProvider",
            "-Dzookeeper.ssl.keyStore.location=" + store,
            "-Dzookeeper.ssl.keyStore.password=" + PASSWORD,
            "-Dzookeeper.ssl.trustStore.location=" + trust("server"),
            "-Dzookeeper.ssl.trustStore.password=" + PASSWORD);
    Path ours = directory.resolve("server-trust.p12");
    works(trusting(plain, ours, PASSWORD));
    keys("stranger");
    unanswered(trusting(plain, trust("stranger"), PASSWORD), "TLS", "certif", "127.0.0.1:");
    Path nowhere = directory.resolve("nowhere.p12");
    unanswered(trusting(plain, nowhere, PASSWORD), "TLS", nowhere.toString());
    unanswered(trusting(plain, ours, "guessed"), "TLS", "password");
    unanswered(plain, "wants TLS", "zookeeper.client.secure");
  }

  @Test
  void aServerWithoutTlsIsNamed() throws Exception {
    keys("server");
    unanswered(trusting(server("plain"), trust("server"), PASSWORD), "TLS", "127.0.0.1:");
  }

  // --- SASL -------------------------------------------------------------------------------------

  @Test
  void sasl() throws Exception {
    ZooKeeperSettings settings =
        server(
            "sasl",
            "-Dzookeeper.authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider",
            "-Dzookeeper.fips-mode=false",
            "-Dzookeeper.sessionRequireClientSASLAuth=true");
    try {
      Configuration.setConfiguration(as("secret"));
      // As ZooKeeper is set by default, it knows no digests.
      refused(settings, "credentials are refused", "zookeeper.fips-mode");
      ZooKeeperSettings digest = settings.withClient("zookeeper.fips-mode", "false");
      works(digest);
      Configuration.setConfiguration(as("guessed"));
      refused(digest, "credentials are refused");
    } finally {
      Configuration.setConfiguration(null);
    }
    refused(settings, "wants SASL");
  }

  private static Configuration as(String secret) {
    return SecuredServer.sasl("Client", Map.of("username", "ann", "password", secret));
  }
}
