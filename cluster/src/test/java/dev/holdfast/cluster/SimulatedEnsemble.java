package dev.holdfast.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Servers of a ZooKeeper in a time of their own, for more clients than a machine has room for.
 *
 * <p>What is kept of the real ones: the leader orders all writes, one after the other; a server
 * learns of a write some time after it was ordered, answers reads from what it knows by then, does
 * one thing at a time, and answers each client in the order of its asking; a watch fires once, at
 * the server at which it was set. What is left out: disks, the loss of messages, snapshots.
 */
final class SimulatedEnsemble {
  /**
   * How long things take, in any unit of time.
   *
   * @param trip from a client to its server and back, beside what the server does
   * @param read of a server for one question, or to learn of one write
   * @param name for each name in a list that it sends
   * @param write of the leader for each transaction
   */
  record Costs(double trip, double read, double name, double write) {}

  /** Something that happens at a time. */
  private record Moment(double time, long number, Runnable what) {}

  /** What a server knows of one lock: who stands in line, by their numbers. */
  static final class Line {
    final TreeMap<Long, Integer> nodes = new TreeMap<>();
    private final Map<Long, List<Runnable>> watched = new HashMap<>();
    private List<Runnable> watchedAsAWhole = new ArrayList<>();
  }

  private static final class Server {
    private double busyUntil;
    private final Map<Integer, Line> lines = new HashMap<>();

    Line line(int lock) {
      return lines.computeIfAbsent(lock, _ -> new Line());
    }
  }

  /** A connection of one client to one server. */
  final class Session {
    private final Server server;
    private final int client;
    private int writes;
    private long made;
    private final Deque<Runnable> behindThem = new ArrayDeque<>();

    private Session(Server server, int client) {
      this.server = server;
      this.client = client;
    }

    /** The number of the node that it made last, as its server knows it. */
    long made() {
      return made;
    }

    /** Makes a node at the end of a line; its number is told when it is there. */
    void create(int lock, LongConsumer told) {
      write(
          () -> {
            long number = ++transactions;
            made = number;
            everywhere(line -> line.nodes.put(number, client), lock, number, true);
            return number;
          },
          told);
    }

    void delete(int lock, long number, Runnable done) {
      write(
          () -> {
            transactions++;
            everywhere(line -> line.nodes.remove(number), lock, number, false);
            return number;
          },
          _ -> done.run());
    }

    private void write(LongSupplier transaction, LongConsumer told) {
      writes++;
      Runnable ordered =
          () -> {
            long result = transaction.getAsLong();
            learn(server, () -> answered(result, told));
          };
      Runnable passedOn =
          () -> after(costs.trip() / 2, () -> serve(leader, costs.write(), ordered));
      after(costs.trip() / 2, () -> serve(server, costs.read(), passedOn));
    }

    private void answered(long result, LongConsumer told) {
      after(costs.trip() / 2, () -> told.accept(result));
      writes--;
      while (writes == 0 && !behindThem.isEmpty()) {
        behindThem.remove().run();
      }
    }

    /**
     * Looks at a line, as the server knows it when its turn comes.
     *
     * @param changed told of the next change of the line after that; null for none
     * @param look what is taken from it
     */
    <T> void list(int lock, @Nullable Runnable changed, Function<Line, T> look, Consumer<T> told) {
      ask(
          () -> costs.read() + costs.name() * server.line(lock).nodes.size(),
          () -> {
            Line line = server.line(lock);
            names += line.nodes.size();
            if (changed != null) {
              line.watchedAsAWhole.add(changed);
            }
            T seen = look.apply(line);
            after(costs.trip() / 2, () -> told.accept(seen));
          });
    }

    /** Is told when that node goes, or at once that it is gone. */
    void watch(int lock, long number, Runnable gone) {
      ask(
          costs::read,
          () -> {
            Line line = server.line(lock);
            if (line.nodes.containsKey(number)) {
              line.watched.computeIfAbsent(number, _ -> new ArrayList<>()).add(gone);
            } else {
              after(costs.trip() / 2, gone);
            }
          });
    }

    /** Whether that node is there. */
    void exists(int lock, long number, Consumer<Boolean> told) {
      ask(
          costs::read,
          () -> {
            boolean there = server.line(lock).nodes.containsKey(number);
            after(costs.trip() / 2, () -> told.accept(there));
          });
    }

    private void ask(DoubleSupplier cost, Runnable answer) {
      reads++;
      after(
          costs.trip() / 2,
          () -> {
            Runnable now = () -> serve(server, cost.getAsDouble(), answer);
            if (writes > 0) {
              behindThem.add(now);
            } else {
              now.run();
            }
          });
    }
  }

  final Costs costs;
  private final PriorityQueue<Moment> future =
      new PriorityQueue<>(
          Comparator.comparingDouble(Moment::time).thenComparingLong(Moment::number));
  private final List<Server> servers = new ArrayList<>();
  private final Server leader = new Server();
  private double now;
  private long moments;

  /** What it has done so far. */
  long transactions;

  long reads;
  long names;
  long events;

  /** The most that one transaction had to tell, at all servers together. */
  long mostEvents;

  SimulatedEnsemble(int size, Costs costs) {
    this.costs = costs;
    for (int i = 0; i < size; i++) {
      servers.add(new Server());
    }
  }

  Session connect(int client) {
    return new Session(servers.get(client % servers.size()), client);
  }

  double now() {
    return now;
  }

  void after(double delay, Runnable what) {
    future.add(new Moment(now + delay, moments++, what));
  }

  /** Until nothing is to come. */
  void run() {
    for (Moment next = future.poll(); next != null; next = future.poll()) {
      now = next.time();
      next.what().run();
    }
  }

  private void serve(Server server, double cost, Runnable then) {
    server.busyUntil = Math.max(now, server.busyUntil) + cost;
    after(server.busyUntil - now, then);
  }

  private void learn(Server server, Runnable what) {
    after(costs.trip() / 2, () -> serve(server, costs.read(), what));
  }

  /** A change of a line, which each server learns of by itself, and tells those who watch there. */
  private void everywhere(Consumer<Line> change, int lock, long number, boolean made) {
    long[] told = new long[1];
    for (Server server : servers) {
      learn(
          server,
          () -> {
            Line line = server.line(lock);
            change.accept(line);
            List<Runnable> wake = line.watchedAsAWhole;
            line.watchedAsAWhole = new ArrayList<>();
            List<Runnable> ofThisNode = made ? null : line.watched.remove(number);
            if (ofThisNode != null) {
              wake.addAll(ofThisNode);
            }
            for (Runnable one : wake) {
              events++;
              told[0]++;
              after(costs.trip() / 2, one);
            }
            mostEvents = Math.max(mostEvents, told[0]);
          });
    }
  }
}
