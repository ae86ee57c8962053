package dev.holdfast.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.files.Directory;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Durability;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Resources that refuse old tokens; beside each the same resource that does not ask. */
class FencedTest {
  @TempDir Path directory;

  private FencedFile file() throws IOException {
    Path path = directory.resolve("data");
    try {
      AtomicReplace.of(directory.resolve("probe"))
          .xattr(FencedFile.ATTRIBUTE, new byte[] {'1'})
          .write(new byte[0]);
    } catch (IOException none) {
      Assumptions.abort("needs a file system with user attributes: " + none.getMessage());
    }
    return FencedFile.of(path).durability(Durability.NONE);
  }

  @Test
  void aFileRefusesAnOlderToken() throws IOException {
    FencedFile file = file();
    assertEquals(OptionalLong.empty(), file.token());
    file.write("five".getBytes(UTF_8), 5);
    file.write("five again".getBytes(UTF_8), 5);
    StaleTokenException refused =
        assertThrows(StaleTokenException.class, () -> file.write("four".getBytes(UTF_8), 4));
    assertEquals(4, refused.offered());
    assertEquals(5, refused.seen());
    assertArrayEquals("five again".getBytes(UTF_8), Files.readAllBytes(directory.resolve("data")));
    file.write("seven".getBytes(UTF_8), 7);
    assertEquals(OptionalLong.of(7), file.token());
    assertThrows(StaleTokenException.class, () -> file.write("five".getBytes(UTF_8), 5));
    assertEquals("seven", Files.readString(directory.resolve("data")));

    // The control: without a token the old holder's write is the last.
    AtomicReplace.of(directory.resolve("data")).write("five".getBytes(UTF_8));
    assertEquals("five", Files.readString(directory.resolve("data")));
  }

  @Test
  void aFileOfManyWritersEndsWithTheNewest() throws Exception {
    FencedFile file = file();
    AtomicInteger refused = new AtomicInteger();
    AtomicLong highest = new AtomicLong();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 6; i++) {
        int first = i;
        all.add(
            threads.submit(
                () -> {
                  for (long token = 100L + first; token > 0; token -= 7) {
                    try {
                      file.write(Long.toString(token).getBytes(UTF_8), token);
                      // What was accepted is not older than what was accepted before it began.
                      highest.accumulateAndGet(token, Math::max);
                    } catch (StaleTokenException expected) {
                      refused.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertTrue(refused.get() > 0);
    assertEquals(105, highest.get());
    assertEquals("105", Files.readString(directory.resolve("data")));
    assertEquals(OptionalLong.of(105), file.token());
  }

  @Test
  void aDamagedTokenIsNoLowToken() throws IOException {
    FencedFile file = file();
    file.write("one".getBytes(UTF_8), 1);
    try (Directory held = Directory.open(directory)) {
      held.setXattr("data", FencedFile.ATTRIBUTE, "many".getBytes(UTF_8));
    }
    assertThrows(IOException.class, () -> file.write("two".getBytes(UTF_8), 2));
    assertEquals("one", Files.readString(directory.resolve("data")));
  }

  @Test
  void aSymbolicLinkIsNotFollowed() throws IOException {
    FencedFile file = file();
    Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "mine");
    Files.createSymbolicLink(directory.resolve("data"), elsewhere);
    assertThrows(IOException.class, () -> file.write("yours".getBytes(UTF_8), 1));
    assertEquals("mine", Files.readString(elsewhere));
  }

  @Test
  void rowsRefuseAnOlderToken() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start();
        Connection old = connect(server);
        Connection newer = connect(server)) {
      try (Statement statement = newer.createStatement()) {
        statement.execute(FencedRows.CREATE_TABLE);
        statement.execute("CREATE TABLE account (balance bigint)");
        statement.execute("INSERT INTO account VALUES (100)");
      }
      assertThrows(IllegalStateException.class, () -> FencedRows.enter(old, "account", 1));
      old.setAutoCommit(false);
      newer.setAutoCommit(false);
      FencedRows.enter(old, "account", 1);
      old.commit();
      FencedRows.enter(newer, "account", 2);
      set(newer, 50);
      newer.commit();
      StaleTokenException refused =
          assertThrows(StaleTokenException.class, () -> FencedRows.enter(old, "account", 1));
      assertEquals(2, refused.seen());
      old.rollback();
      assertEquals(50, balance(newer));
      // The same holder comes again, and another resource knows nothing of it.
      FencedRows.enter(newer, "account", 2);
      FencedRows.enter(newer, "other", 1);
      newer.commit();

      // The control: who does not enter is not refused.
      set(old, 100);
      old.commit();
      assertEquals(100, balance(newer));
      newer.rollback();
    }
  }

  private static Connection connect(EmbeddedPostgres server) throws SQLException {
    return PostgresEngine.connect(
        PostgresSettings.of(server.at(), Map.of()).withUser("postgres", ""));
  }

  private static void set(Connection connection, long balance) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("UPDATE account SET balance = " + balance);
    }
  }

  private static long balance(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT balance FROM account")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void aServiceRefusesAnOlderToken() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    List<String> written = new ArrayList<>();
    HttpContext fenced = server.createContext("/fenced", e -> accept(e, written));
    fenced.getFilters().add(new FencingFilter(e -> e.getRequestURI().getPath()));
    server.createContext("/open", e -> accept(e, written));
    server.start();
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
      assertEquals(428, put(client, base.resolve("/fenced/a"), "").statusCode());
      assertEquals(428, put(client, base.resolve("/fenced/a"), "many").statusCode());
      assertEquals(200, put(client, base.resolve("/fenced/a"), "5").statusCode());
      assertEquals(200, put(client, base.resolve("/fenced/a"), "6").statusCode());
      HttpResponse<String> refused = put(client, base.resolve("/fenced/a"), "5");
      assertEquals(412, refused.statusCode());
      assertEquals("6", refused.headers().firstValue(FencingFilter.HEADER).orElseThrow());
      assertEquals(200, put(client, base.resolve("/fenced/b"), "1").statusCode());
      assertEquals(
          200,
          client
              .send(
                  HttpRequest.newBuilder(base.resolve("/fenced/a")).build(),
                  HttpResponse.BodyHandlers.ofString())
              .statusCode());
      // The control: without the filter the old one is accepted.
      assertEquals(200, put(client, base.resolve("/open/a"), "5").statusCode());
      assertEquals(List.of("5", "6", "1", "null", "5"), written);
    } finally {
      server.stop(0);
    }
  }

  private static void accept(com.sun.net.httpserver.HttpExchange exchange, List<String> written)
      throws IOException {
    written.add(String.valueOf(exchange.getRequestHeaders().getFirst(FencingFilter.HEADER)));
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static HttpResponse<String> put(HttpClient client, URI uri, String token)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).PUT(HttpRequest.BodyPublishers.ofString("data"));
    if (!token.isEmpty()) {
      request.header(FencingFilter.HEADER, token);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
