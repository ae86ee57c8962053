package dev.holdfast.cluster;

import dev.holdfast.cluster.History.Event;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;

/**
 * Two registers that clients count up while they hold a lock, and what they tell of the lock. One
 * register asks for tokens; the naive one takes what it is given.
 *
 * <p>A client can be stopped at the worst moment: when it has the lock and has read the registers,
 * before it hears what is in them.
 */
final class ClusterReferee implements AutoCloseable {
  static final int GRANTED = 1;
  static final int READ = 2;
  static final int WRITE = 3;
  static final int RELEASED = 4;
  static final int LOST = 5;

  /** What a client is to do between reading and writing. */
  static final int GO_ON = 0;

  static final int END_YOUR_SESSION = 1;

  private final ServerSocket listening;
  private final List<Event> events = new ArrayList<>();
  private final Set<String> ended = new HashSet<>();
  private final ConcurrentMap<String, Halt> halts = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Long> aheadMillis = new ConcurrentHashMap<>();
  private long fenced;
  private long fence = Long.MIN_VALUE;
  private long naive;
  private long naiveWrites;
  private long acceptedWrites;
  private long refusedWrites;
  private long losses;

  /** A moment at which a client is to be caught. */
  static final class Halt {
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    private final int order;

    private Halt(int order) {
      this.order = order;
    }
  }

  ClusterReferee() throws IOException {
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("referee").start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** The next time that the client has read it does not get the answer until told so. */
  Halt halt(String client, int order) {
    Halt halt = new Halt(order);
    halts.put(client, halt);
    return halt;
  }

  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  /** What it said and nobody has read yet is not heard any more. */
  synchronized void ended(String client) {
    ended.add(client);
    events.add(new Event.Ended(client));
  }

  synchronized long acceptedWrites() {
    return acceptedWrites;
  }

  synchronized long refusedWrites() {
    return refusedWrites;
  }

  synchronized long losses() {
    return losses;
  }

  /** By how much the clock of a client was ahead of ours when it read last. */
  long aheadMillis(String client) {
    return aheadMillis.getOrDefault(client, 0L);
  }

  /** How many updates the naive register has lost. */
  synchronized long naiveLost() {
    return naiveWrites - naive;
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
    try (client;
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream())) {
      while (true) {
        int what = in.readByte();
        String who = in.readUTF();
        long token = in.readLong();
        answer(what, who, token, in, out);
        out.flush();
      }
    } catch (EOFException | SocketException theClientIsGone) {
      return;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(int what, String who, long token, DataInputStream in, DataOutputStream out)
      throws IOException, InterruptedException {
    switch (what) {
      case GRANTED -> add(who, new Event.Granted(who, token));
      case RELEASED -> add(who, new Event.Released(who, token));
      case LOST -> add(who, new Event.Lost(who, token));
      case READ -> {
        aheadMillis.put(who, in.readLong() - System.currentTimeMillis());
        read(who, token, out);
        return;
      }
      case WRITE -> {
        out.writeBoolean(write(who, token, in.readLong(), in.readLong()));
        return;
      }
      default -> throw new IllegalStateException("what is " + what);
    }
    out.writeBoolean(true);
  }

  private synchronized void add(String who, Event event) {
    if (!ended.contains(who)) {
      events.add(event);
      losses += event instanceof Event.Lost ? 1 : 0;
    }
  }

  /** Whoever reads in order to write keeps out all with older tokens from then on. */
  private void read(String who, long token, DataOutputStream out)
      throws IOException, InterruptedException {
    long one;
    long other;
    synchronized (this) {
      fence = Math.max(fence, token);
      one = fenced;
      other = naive;
    }
    Halt halt = halts.remove(who);
    if (halt != null) {
      halt.reached.countDown();
      halt.goOn.await();
    }
    out.writeLong(one);
    out.writeLong(other);
    out.writeByte(halt == null ? GO_ON : halt.order);
  }

  private synchronized boolean write(String who, long token, long value, long naiveValue) {
    if (ended.contains(who)) {
      return false;
    }
    naive = naiveValue;
    naiveWrites++;
    boolean accepted = token >= fence;
    if (accepted) {
      fence = token;
      fenced = value;
      acceptedWrites++;
    } else {
      refusedWrites++;
    }
    events.add(new Event.Wrote(who, token, value, accepted));
    return accepted;
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
