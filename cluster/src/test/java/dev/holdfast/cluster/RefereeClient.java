package dev.holdfast.cluster;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.remote.LockService;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A process that counts two registers up while it holds a lock, again and again, until it is ended.
 * It never asks whether it still holds it: that is what the registers are for.
 */
public final class RefereeClient {
  private final String name;
  private final DataInputStream in;
  private final DataOutputStream out;

  private RefereeClient(String name, Socket referee) throws IOException {
    this.name = name;
    this.in = new DataInputStream(referee.getInputStream());
    this.out = new DataOutputStream(referee.getOutputStream());
  }

  /**
   * Runs until it is ended.
   *
   * @param arguments the kind, where the servers are, where the referee is, our name
   */
  public static void main(String[] arguments) throws Exception {
    boolean zooKeeper = arguments[0].equals("zookeeper");
    try (Socket referee =
            new Socket(
                arguments[2].substring(0, arguments[2].indexOf(':')),
                Integer.parseInt(arguments[2].substring(arguments[2].indexOf(':') + 1)));
        LockService locks = connect(zooKeeper, arguments[1])) {
      RefereeClient client = new RefereeClient(arguments[3], referee);
      HostLock lock = locks.lock("referee");
      while (true) {
        try {
          client.hold(locks, lock);
        } catch (ServerAwayException | LockLostException theServersElectALeader) {
          // Again, until there is one.
        }
      }
    }
  }

  private static LockService connect(boolean zooKeeper, String at) throws IOException {
    if (!zooKeeper) {
      return PostgresLocks.connect(
          PostgresSettings.of(at, Map.of())
              .withUser("postgres", "")
              .withTimes(Duration.ofSeconds(5), Duration.ofMillis(200)));
    }
    return ZooKeeperLocks.connect(
        ZooKeeperSettings.of(at)
            .withSessionTimeout(Duration.ofSeconds(6))
            .withTimeouts(Duration.ofSeconds(60), Duration.ofSeconds(20)));
  }

  private void hold(LockService locks, HostLock lock) throws Exception {
    Held held = lock.acquire();
    try {
      long token = held.token();
      CountDownLatch lost = new CountDownLatch(1);
      tell(ClusterReferee.GRANTED, token);
      held.onLost(lost::countDown);
      count(locks, token, lost);
      end(held, token, lost);
    } finally {
      closeQuietly(held);
    }
  }

  private void count(LockService locks, long token, CountDownLatch lost) throws Exception {
    send(ClusterReferee.READ, token);
    out.writeLong(System.currentTimeMillis());
    out.flush();
    long fenced = in.readLong();
    long naive = in.readLong();
    int order = in.readByte();
    if (order == ClusterReferee.END_YOUR_SESSION) {
      ((ZooKeeperLocks) locks).endSession();
      lost.await();
    }
    send(ClusterReferee.WRITE, token);
    out.writeLong(fenced + 1);
    out.writeLong(naive + 1);
    out.flush();
    in.readBoolean();
  }

  /** Tells what became of it, before the next one can be granted it. */
  private void end(Held held, long token, CountDownLatch lost)
      throws IOException, InterruptedException {
    for (; ; ) {
      try {
        held.ensureValid();
        tell(ClusterReferee.RELEASED, token);
        return;
      } catch (ServerAwayException notYetKnown) {
        // Ask again.
      } catch (LockLostException known) {
        // The push comes, too.
        lost.await();
        tell(ClusterReferee.LOST, token);
        return;
      }
    }
  }

  private static void closeQuietly(Held held) {
    try {
      held.close();
    } catch (java.io.UncheckedIOException itWasLost) {
      return;
    }
  }

  private void send(int what, long token) throws IOException {
    out.writeByte(what);
    out.writeUTF(name);
    out.writeLong(token);
  }

  private void tell(int what, long token) throws IOException {
    send(what, token);
    out.flush();
    in.readBoolean();
  }
}
