package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A world has a loopback interface of its own, and nothing else of a network. */
class LoopbackTest {
  /** Exits 7 if it is refused, or there is no way. */
  private static final String CONNECT =
      """
      import errno, socket, sys
      try:
          socket.create_connection(('%s', %d))
      except OSError as e:
          sys.exit(7 if e.errno in (errno.ECONNREFUSED, errno.ENETUNREACH) else 1)
      """;

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
    TestHost.assumeProgram("python3");
  }

  private static Case python(String program) {
    return Case.of(List.of("python3", "-c", program))
        .withDirectory(Path.of("/"))
        .withArena(Path.of("/arena"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void serverAndItsClientMeet(String address) throws Exception {
    Assumptions.assumeTrue(
        !address.contains(":") || Files.exists(Path.of("/proc/net/if_inet6")), "needs IPv6");
    // What the client sends lands in a file of the arena.
    String upload =
        """
        import os, socket, threading
        family = socket.AF_INET6 if ':' in '%1$s' else socket.AF_INET
        listener = socket.socket(family)
        listener.bind(('%1$s', 0))
        listener.listen()
        def serve():
            connection, _ = listener.accept()
            with connection, open('/arena/upload', 'wb') as out:
                while data := connection.recv(100):
                    out.write(data)
        server = threading.Thread(target=serve)
        server.start()
        with socket.create_connection(listener.getsockname()[:2]) as client:
            client.sendall(b'text')
        server.join()
        """
            .formatted(address);
    Proof proof = Prover.prove(python(upload), Progress.NONE);
    assertEquals(0, proof.exit(), () -> proof.notes().toString());
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.WRITE)),
        proof::toString);
  }

  @Test
  void hostsServersAreOutOfReach() throws Exception {
    try (ServerSocket host = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String connect = CONNECT.formatted("127.0.0.1", host.getLocalPort());
      // Here it is reached, so that the refusal there says something.
      TestHost.run(List.of("python3", "-c", connect));
      Proof proof = Prover.listWindows(python(connect), Progress.NONE);
      assertEquals(7, proof.exit(), proof::toString);
    }
  }

  @Test
  void setUpHasItToo() throws Exception {
    String server = "import socket; s = socket.create_server(('127.0.0.1', 0)); ";
    String meet = server + "socket.create_connection(s.getsockname())";
    Case what = python("pass");
    Prover.listWindows(what.withSetup("python3 -c \"" + meet + "\""), Progress.NONE);
    String outside = CONNECT.formatted("192.0.2.1", 9);
    ProveException e =
        assertThrows(
            ProveException.class,
            () ->
                Prover.listWindows(
                    what.withSetup("python3 -c \"" + outside + "\""), Progress.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("exits 7"), e::toString);
  }
}
