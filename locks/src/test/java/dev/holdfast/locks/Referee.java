package dev.holdfast.locks;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A process that is told of every acquisition and release, and counts those that overlap. A lost
 * connection is a release: it is how the death of a holder looks from outside.
 */
public final class Referee {
  static final int ACQUIRED = 1;
  static final int RELEASED = 2;
  static final int SCORES = 3;

  /** Answers to an acquisition: whether there was ever an overlap on this lock. */
  static final int FINE = 0;

  static final int OVERLAPPED = 1;

  /** How long a holder that was overtaken may take to turn out dead. */
  private static final long GRACE = TimeUnit.SECONDS.toNanos(10);

  /** In place of a holder: it was overtaken, and let go in its own time. */
  private static final long LIVED = -1;

  /** What is known of one lock. */
  private static final class Score {
    long acquisitions;
    long overlaps;
    long tokensNotGrowing;
    long lastToken = Long.MIN_VALUE;

    /** The connection that holds it; 0 if none does; {@link #LIVED}. */
    long holder;

    /** How many were granted it while another had it, and wait to see whether that one is dead. */
    int overtakers;
  }

  private final Map<String, Score> scores = new TreeMap<>();
  private long connections;

  /** Acquisitions of all locks. */
  private long total;

  private Referee() {}

  public static void main(String[] args) throws IOException {
    Referee referee = new Referee();
    try (ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
      System.out.println(server.getLocalPort());
      // Ends with its standard input: with the test.
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  System.in.transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                  System.err.println(e);
                }
                Runtime.getRuntime().halt(0);
              });
      for (; ; ) {
        Socket socket = server.accept();
        Thread.ofPlatform().daemon().start(() -> referee.serve(socket));
      }
    }
  }

  private void serve(Socket socket) {
    long me;
    synchronized (this) {
      me = ++connections;
    }
    try (socket;
        DataInputStream in = new DataInputStream(socket.getInputStream());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
      socket.setTcpNoDelay(true);
      for (; ; ) {
        int answer = FINE;
        switch (in.readByte()) {
          case ACQUIRED -> answer = acquired(me, in.readUTF(), in.readLong());
          case RELEASED -> released(me, in.readUTF());
          case SCORES -> {
            out.writeUTF(scores(in.readLong()));
            continue;
          }
          default -> throw new IOException("what?");
        }
        out.writeByte(answer);
      }
    } catch (IOException gone) {
      lost(me);
    }
  }

  private synchronized int acquired(long me, String lock, long token) {
    Score score = scores.computeIfAbsent(lock, _ -> new Score());
    long until = System.nanoTime() + GRACE;
    long overtaken = score.holder;
    score.overtakers++;
    while (score.holder > 0 && score.holder == overtaken) {
      // Its end may be on its way: the kernel frees its locks and closes its connection in turn.
      long left = until - System.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
      } catch (InterruptedException e) {
        break;
      }
    }
    score.overtakers--;
    if (score.holder != 0) {
      score.overlaps++;
    }
    if (token <= score.lastToken) {
      score.tokensNotGrowing++;
    }
    score.acquisitions++;
    total++;
    notifyAll();
    score.lastToken = token;
    score.holder = me;
    return score.overlaps == 0 ? FINE : OVERLAPPED;
  }

  private synchronized void released(long me, String lock) {
    Score score = scores.get(lock);
    if (score == null || score.holder != me) {
      return;
    }
    // Who waits for this one to turn out dead now knows that it lived.
    score.holder = score.overtakers > 0 ? LIVED : 0;
    notifyAll();
  }

  private synchronized void lost(long me) {
    for (Score score : scores.values()) {
      if (score.holder == me) {
        score.holder = 0;
      }
    }
    notifyAll();
  }

  /** The scores, once there were so many acquisitions in total. */
  private synchronized String scores(long acquisitions) throws IOException {
    while (total < acquisitions) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    StringBuilder text = new StringBuilder();
    scores.forEach(
        (lock, score) ->
            text.append(lock)
                .append(' ')
                .append(score.acquisitions)
                .append(' ')
                .append(score.overlaps)
                .append(' ')
                .append(score.tokensNotGrowing)
                .append('\n'));
    return text.toString();
  }
}
