package dev.holdfast.cluster;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;

/**
 * A pooler in transaction mode, as small as can be: a client has a session of the server from the
 * beginning of a transaction to its end, and then another may have it. What was used last is used
 * first, as PgBouncer does it.
 */
final class TransactionPooler implements AutoCloseable {
  private static final int SSL_REQUEST = 80877103;
  private static final int VERSION = 196608;

  private final ServerSocket listening;
  private final BlockingDeque<Backend> free = new LinkedBlockingDeque<>();
  private final byte[] greeting;

  private record Backend(Socket socket, DataInputStream in, DataOutputStream out) {}

  TransactionPooler(int server, int sessions) throws IOException {
    byte[] first = {};
    for (int i = 0; i < sessions; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), server);
      Backend backend =
          new Backend(
              socket,
              new DataInputStream(socket.getInputStream()),
              new DataOutputStream(socket.getOutputStream()));
      byte[] startup = "user\0postgres\0database\0postgres\0\0".getBytes(StandardCharsets.US_ASCII);
      backend.out.writeInt(8 + startup.length);
      backend.out.writeInt(VERSION);
      backend.out.write(startup);
      backend.out.flush();
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      relay(backend.in, new DataOutputStream(said));
      first = said.toByteArray();
      free.addFirst(backend);
    }
    greeting = first;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Thread.ofPlatform().daemon().start(() -> serve(client));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private void serve(Socket client) {
    try (client) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      DataOutputStream out = new DataOutputStream(client.getOutputStream());
      greet(in, out);
      Backend backend = null;
      try {
        while (true) {
          int type = in.read();
          if (type < 0 || type == 'X') {
            return;
          }
          byte[] body = new byte[in.readInt() - 4];
          in.readFully(body);
          backend = backend == null ? free.takeFirst() : backend;
          backend.out.writeByte(type);
          backend.out.writeInt(body.length + 4);
          backend.out.write(body);
          backend.out.flush();
          if (type == 'Q' || type == 'S') {
            // The next one may ask as soon as this client has its answer: the session is free then.
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            char state = relay(backend.in, new DataOutputStream(answer));
            if (state == 'I') {
              free.addFirst(backend);
              backend = null;
            }
            answer.writeTo(out);
            out.flush();
          }
        }
      } finally {
        if (backend != null) {
          free.addFirst(backend);
        }
      }
    } catch (SocketException | EOFException theClientIsGone) {
      return;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The client is told of a process that is none of the server's, as poolers do. */
  private void greet(DataInputStream in, DataOutputStream out) throws IOException {
    int length = in.readInt();
    int code = in.readInt();
    in.skipNBytes(length - 8);
    if (code == SSL_REQUEST) {
      out.writeByte('N');
      out.flush();
      length = in.readInt();
      in.skipNBytes(length - 4);
    }
    byte[] changed = greeting.clone();
    for (int i = 0; i < changed.length; ) {
      int size =
          (changed[i + 1] & 0xff) << 24
              | (changed[i + 2] & 0xff) << 16
              | (changed[i + 3] & 0xff) << 8
              | (changed[i + 4] & 0xff);
      if (changed[i] == 'K') {
        changed[i + 5] = 0x70;
      }
      i += 1 + size;
    }
    out.write(changed);
    out.flush();
  }

  /** Passes on what the server says until it is ready; answers in which state it is. */
  private static char relay(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      int type = in.readByte();
      int size = in.readInt();
      byte[] body = new byte[size - 4];
      in.readFully(body);
      out.writeByte(type);
      out.writeInt(size);
      out.write(body);
      if (type == 'Z') {
        out.flush();
        return (char) body[0];
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Backend backend : free) {
      backend.socket.close();
    }
  }
}
