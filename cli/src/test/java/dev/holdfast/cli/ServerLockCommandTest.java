package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfast lock --at}, {@code locks --at} and {@code doctor --at} with a real server. */
@Timeout(120)
class ServerLockCommandTest {
  private static TestingServer server;

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws Exception {
    server = new TestingServer(true);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private static String at() {
    return server.getConnectString() + "/cli";
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private int lock(String... args) {
    String[] all = new String[args.length + 5];
    List.of("lock", "--kind", "zookeeper", "--at", at()).toArray(all);
    System.arraycopy(args, 0, all, 5, args.length);
    return run(all);
  }

  @Test
  void theProgramsExitStatusIsOursAndItKnowsTheToken() throws IOException {
    Path told = directory.resolve("token");
    assertEquals(
        7,
        lock("a", "--", "sh", "-c", "echo $HOLDFAST_TOKEN > " + told + "; exit 7"),
        err::toString);
    long first = Long.parseLong(Files.readString(told).strip());
    assertEquals(0, lock("a", "--", "sh", "-c", "echo $HOLDFAST_TOKEN > " + told));
    assertTrue(Long.parseLong(Files.readString(told).strip()) > first);
    assertEquals("", err.toString());
  }

  @Test
  void othersAreKeptOutAndToldWho() throws Exception {
    Path started = directory.resolve("started");
    Path end = directory.resolve("end");
    Process holder = holder("b", started, end);
    try {
      assertEquals(75, lock("--no-wait", "b", "--", "true"));
      assertTrue(err.toString().contains("busy: held by pid " + holder.pid()), err::toString);
      assertEquals(9, lock("-w", "100ms", "-E", "9", "b", "--", "true"));
      assertEquals(75, lock("-s", "-n", "b", "--", "true"));

      assertEquals(0, run("locks", "--kind", "zookeeper", "--at", at()), err::toString);
      assertTrue(out.toString().contains("held     b  pid " + holder.pid()), out::toString);
      assertEquals(0, run("--json", "locks", "--kind", "zookeeper", "--at", at()));
      JsonNode locks = Schemas.check("locks-servers", out.toString()).get("locks");
      assertEquals(holder.pid(), locks.get(0).get("holders").get(0).get("pid").asLong());
    } finally {
      Files.createFile(end);
      holder.waitFor();
    }
    assertEquals(0, holder.exitValue());
    assertEquals(0, lock("--no-wait", "b", "--", "true"), err::toString);
  }

  /** In a process of its own, that has it when this returns. */
  private static Process holder(String name, Path started, Path end) throws Exception {
    String script =
        "touch "
            + started
            + "; trap 'exit 5' TERM; while ! test -e "
            + end
            + "; do sleep 0.05;"
            + " done";
    Process process =
        new ProcessBuilder(
                CommandRun.process(
                    "lock", "--kind", "zookeeper", "--at", at(), name, "--", "sh", "-c", script))
            .inheritIO()
            .start();
    while (!Files.exists(started)) {
      assertTrue(process.isAlive());
      Thread.sleep(5);
    }
    return process;
  }

  @Test
  void theProgramIsToldOfALoss() throws Exception {
    Path started = directory.resolve("started");
    Path end = directory.resolve("end");
    Process holder = holder("c", started, end);
    try (CuratorFramework client =
        CuratorFrameworkFactory.newClient(server.getConnectString(), new RetryOneTime(100))) {
      client.start();
      client.delete().deletingChildrenIfNeeded().forPath("/cli/c");
      // By the signal: nobody makes the file that it waits for.
      assertEquals(3, holder.waitFor());
      assertFalse(Files.exists(end));
    }
  }

  @Test
  void aSetMayHaveALockOfTheMachineToo() {
    String file = directory.resolve("file").toString();
    assertEquals(
        0,
        run(
            "lock",
            "--kind",
            "zookeeper,ofd",
            "--at",
            at(),
            file,
            "--",
            "sh",
            "-c",
            "! flock -n " + file + " true || test -e " + file),
        err::toString);
  }

  @Test
  void theDoctorTriesTheServer() {
    assertEquals(0, run("doctor", "--kind", "zookeeper", "--at", at()), err::toString);
    assertTrue(out.toString().contains("its token grew"), out::toString);
  }

  @Test
  void whatIsWrongIsSaid() throws IOException {
    assertEquals(2, run("lock", "--kind", "zookeeper", "x", "--", "true"));
    assertTrue(err.toString().contains("--at"), err::toString);
    assertEquals(2, run("lock", "--at", at(), "x", "--", "true"));
    assertEquals(2, lock("--on-loss", "LOUD", "x", "--", "true"));
    assertEquals(2, run("lock", "--kind", "zookeeper", "--at", "user@host", "x", "--", "true"));

    Path config = Files.writeString(directory.resolve("config"), "credentials=ann:hidden\n");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
    assertEquals(3, lock("--config", config.toString(), "x", "--", "true"));
    assertTrue(err.toString().contains("everybody may read"), err::toString);
    assertFalse(err.toString().contains("hidden"), err::toString);
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
    assertEquals(0, lock("--config", config.toString(), "own", "--", "true"), err::toString);
    Files.writeString(config, "colour=red\n");
    assertEquals(2, lock("--config", config.toString(), "x", "--", "true"));

    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    Files.writeString(config, "connect-timeout=300\n");
    assertEquals(
        3,
        run(
            "lock",
            "--kind",
            "zookeeper",
            "--at",
            "127.0.0.1:" + nobody,
            "--config",
            config.toString(),
            "x",
            "--",
            "true"));
    assertTrue(err.toString().contains("no ZooKeeper server answers"), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }
}
