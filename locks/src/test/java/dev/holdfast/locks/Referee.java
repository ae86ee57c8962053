package dev.holdfast.locks;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A process that is told of every acquisition and release, and counts those that overlap. A lost
 * connection is a release: it is how the death of a holder looks from outside.
 *
 * <p>What connections say is read in no order of time, and the last words of a worker that was
 * killed may be read after the first ones of whoever got its lock from the kernel. So an overlap
 * counts only between two of which something was heard afterwards.
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

  /** What is known of one lock. */
  private static final class Score {
    long acquisitions;
    long overlaps;
    long tokensNotGrowing;
    long lastToken = Long.MIN_VALUE;

    /** The connection that holds it; 0 if none does. */
    long holder;

    /** How many were granted it while another had it, and wait to see whether that one is dead. */
    int overtakers;

    /** The holders of which something was heard after they had been overtaken and let go. */
    final Set<Long> lived = new HashSet<>();
  }

  /** What is wrong with an acquisition if whoever says that it acquired is alive. */
  private record Doubt(Score score, boolean overlaps, boolean tokenNotGrowing) {
    void confirm() {
      score.overlaps += overlaps ? 1 : 0;
      score.tokensNotGrowing += tokenNotGrowing ? 1 : 0;
    }
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
      Doubt doubt = null;
      for (; ; ) {
        int what = in.readByte();
        if (doubt != null) {
          confirm(doubt);
          doubt = null;
        }
        int answer = FINE;
        switch (what) {
          case ACQUIRED -> {
            doubt = acquired(me, in.readUTF(), in.readLong());
            answer = wasFineUntil(doubt) ? FINE : OVERLAPPED;
          }
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

  private synchronized void confirm(Doubt doubt) {
    doubt.confirm();
  }

  private synchronized boolean wasFineUntil(Doubt doubt) {
    return doubt.score.overlaps == 0 && !doubt.overlaps;
  }

  private synchronized Doubt acquired(long me, String lock, long token) {
    Score score = scores.computeIfAbsent(lock, _ -> new Score());
    if (score.holder == me) {
      score.lived.add(me);
      score.holder = 0;
      notifyAll();
    }
    boolean overlaps = overtook(score);
    boolean tokenNotGrowing = token <= score.lastToken;
    score.acquisitions++;
    total++;
    score.lastToken = Math.max(score.lastToken, token);
    score.holder = me;
    notifyAll();
    return new Doubt(score, overlaps, tokenNotGrowing);
  }

  /** Waits to see whether those that hold it are dead; true if one is not. */
  private boolean overtook(Score score) {
    Set<Long> overtaken = new HashSet<>();
    long until = System.nanoTime() + GRACE;
    boolean alive = false;
    score.overtakers++;
    while (score.holder != 0 && !alive) {
      overtaken.add(score.holder);
      // Its end may be on its way: the kernel frees its locks and closes its connection in turn.
      long left = until - System.nanoTime();
      if (left <= 0) {
        alive = true;
      } else {
        try {
          TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
        } catch (InterruptedException e) {
          alive = true;
        }
      }
      alive |= !Collections.disjoint(overtaken, score.lived);
    }
    score.overtakers--;
    if (score.overtakers == 0) {
      score.lived.clear();
    }
    return alive;
  }

  private synchronized void released(long me, String lock) {
    Score score = scores.get(lock);
    if (score == null || score.holder != me) {
      return;
    }
    // These may be its last words: whoever overtook it waits until more is heard, or it is lost.
    if (score.overtakers == 0) {
      score.holder = 0;
    }
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
