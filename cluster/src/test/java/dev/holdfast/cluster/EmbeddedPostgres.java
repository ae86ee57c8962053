package dev.holdfast.cluster;

import dev.holdfast.testing.Requirements;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL out of a jar, in a directory of its own. It refuses to run as root, so that
 * root starts it as the user nobody.
 */
final class EmbeddedPostgres implements AutoCloseable {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

  private static final String FIRST = "data";

  private static final AtomicInteger COPIES = new AtomicInteger();

  private static @Nullable Path unpacked;

  private final Path home;
  private final Path programs;
  private final String data;
  private final int port;
  private @Nullable Process server;

  private EmbeddedPostgres(Path home, Path programs, String data, int port) {
    this.home = home;
    this.programs = programs;
    this.data = data;
    this.port = port;
  }

  /** One that runs; a test that cannot have it is skipped. */
  static EmbeddedPostgres start() throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "needs x86-64: the PostgreSQL in the jar");
    Path home = Files.createTempDirectory("holdfast-postgres-");
    try {
      EmbeddedPostgres postgres = new EmbeddedPostgres(home, programs(), FIRST, freePort());
      postgres.initialise();
      postgres.run();
      return postgres;
    } catch (IOException | InterruptedException | RuntimeException failure) {
      delete(home);
      throw failure;
    }
  }

  /** A copy of what there is now, which follows this one as a replica and can take its place. */
  EmbeddedPostgres replica(int port) throws IOException, InterruptedException {
    String copy = FIRST + "-" + COPIES.incrementAndGet();
    EmbeddedPostgres replica = new EmbeddedPostgres(home, programs, copy, port);
    // There is no pg_basebackup in the jar.
    sql("SELECT pg_start_backup('replica', true)");
    script(
        "cp -a %1$s %2$s && rm -f %2$s/postmaster.pid && touch %2$s/standby.signal && echo"
                .formatted(data, copy)
            + " \"primary_conninfo = 'host=127.0.0.1 port=%d user=postgres'\" >>"
                .formatted(this.port)
            + " %s/postgresql.auto.conf".formatted(copy));
    sql("SELECT pg_stop_backup()");
    replica.run();
    return replica;
  }

  /** Removes what it had, after {@link #kill}. */
  void discard() throws IOException {
    delete(home.resolve(data));
  }

  /** Ends the session that holds an advisory lock. */
  void endTheHolder() throws IOException {
    sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
  }

  void promote() throws IOException, InterruptedException {
    call("pg_ctl", "promote", "--wait", "--pgdata=" + home.resolve(data));
  }

  int port() {
    return port;
  }

  /** Where it is, as {@link PostgresSettings} has it. */
  String at() {
    return "127.0.0.1:" + port + "/postgres";
  }

  void sql(String statement) throws IOException {
    try (Connection connection =
            PostgresEngine.connect(PostgresSettings.of(at(), Map.of()).withUser("postgres", ""));
        Statement run = connection.createStatement()) {
      run.execute(statement);
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  /**
   * From now on it has a certificate that is its own authority, and the role {@code clerk} comes in
   * by TLS and a password only.
   *
   * @return the certificate
   */
  Path secure(String password) throws IOException, InterruptedException {
    Requirements.program("openssl");
    sql("CREATE ROLE clerk LOGIN PASSWORD '" + password + "'");
    sql(PostgresEngine.CREATE_TABLE);
    sql("GRANT SELECT, INSERT, UPDATE ON " + PostgresEngine.TABLE + " TO clerk");
    script(
        "cd data && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext"
            + " subjectAltName=IP:127.0.0.1 -keyout server.key -out server.crt && chmod 600"
            + " server.key && cd .. && cp data/server.crt work/ca.pem && cd data && { echo 'hostssl"
            + " all clerk 127.0.0.1/32 scram-sha-256'; echo 'host all clerk 127.0.0.1/32 reject';"
            + " cat pg_hba.conf; } > hba && mv hba pg_hba.conf && echo 'ssl = on' >>"
            + " postgresql.conf");
    kill();
    run();
    return home.resolve("work/ca.pem");
  }

  /** Another authority, which has nothing to do with this server. */
  Path strangersCertificate() throws IOException, InterruptedException {
    script(
        "cd work && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=stranger -keyout"
            + " other.key -out other.pem");
    return home.resolve("work/other.pem");
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Unpacked once for all that run in this JVM. */
  private static synchronized Path programs() throws IOException {
    Path there = unpacked;
    if (there == null) {
      there = Files.createTempDirectory("holdfast-postgres-programs-");
      Path mine = there;
      Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAtLast(mine)));
      Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rwxr-xr-x"));
      unpack(there);
      unpacked = there;
    }
    return there;
  }

  private static void deleteAtLast(Path home) {
    try {
      delete(home);
    } catch (IOException e) {
      System.err.println("left behind: " + home + ": " + e);
    }
  }

  private static void unpack(Path home) throws IOException {
    try (InputStream archive = EmbeddedPostgres.class.getResourceAsStream(ARCHIVE)) {
      Assumptions.assumeTrue(archive != null, "needs the jar with PostgreSQL for x86-64");
      try (TarArchiveInputStream tar =
          new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)))) {
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
          Path path = home.resolve(entry.getName());
          if (entry.isDirectory()) {
            Files.createDirectories(path);
          } else if (entry.isSymbolicLink()) {
            Files.createDirectories(path.getParent());
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
          } else {
            Files.createDirectories(path.getParent());
            Files.copy(tar, path);
            if ((entry.getMode() & 0100) != 0) {
              Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
          }
        }
      }
    }
  }

  private void initialise() throws IOException, InterruptedException {
    Path directory = home.resolve("work");
    Files.createDirectory(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    call(
        "initdb",
        "--pgdata=" + home.resolve(data),
        "--username=postgres",
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C");
  }

  private List<String> command(String program, String... arguments) {
    List<String> command = asNobody();
    command.add(programs.resolve("bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private static List<String> asNobody() {
    List<String> command = new ArrayList<>();
    if (Requirements.isRoot()) {
      Requirements.program("setpriv");
      command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    }
    return command;
  }

  private void script(String script) throws IOException, InterruptedException {
    List<String> command = asNobody();
    command.addAll(List.of("/bin/sh", "-c", script));
    run(command);
  }

  private void call(String program, String... arguments) throws IOException, InterruptedException {
    run(command(program, arguments));
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("holdfast-postgres-", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(home.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (process.waitFor() != 0) {
        throw new IOException(command + " failed: " + Files.readString(log));
      }
    } finally {
      Files.delete(log);
    }
  }

  /** Starts it again after {@link #kill}, too. */
  void run() throws IOException, InterruptedException {
    server =
        new ProcessBuilder(
                command(
                    "postgres",
                    "-D",
                    home.resolve(data).toString(),
                    "-p",
                    Integer.toString(port),
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "unix_socket_directories=",
                    "-c",
                    "max_connections=60",
                    "-c",
                    "fsync=off",
                    "-c",
                    "shared_buffers=16MB"))
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("work/" + data + ".log").toFile())
            .start();
    while (true) {
      try {
        PostgresEngine.connect(PostgresSettings.of(at(), Map.of()).withUser("postgres", ""))
            .close();
        return;
      } catch (SQLException notYet) {
        if (!server.isAlive()) {
          throw new IOException(
              "PostgreSQL ended: " + Files.readString(home.resolve("work/" + data + ".log")),
              notYet);
        }
        Thread.sleep(20);
      }
    }
  }

  /** As a power failure ends it. */
  void kill() throws IOException, InterruptedException {
    Process running = server;
    if (running != null && running.isAlive()) {
      // Its own word for ending at once: the processes of the sessions go with it.
      Process quit = new ProcessBuilder("kill", "-QUIT", Long.toString(running.pid())).start();
      quit.waitFor();
      running.waitFor();
    }
  }

  @Override
  public void close() throws IOException {
    boolean interrupted = false;
    while (true) {
      try {
        kill();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (data.equals(FIRST)) {
      delete(home);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path home) throws IOException {
    Files.walkFileTree(
        home,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
