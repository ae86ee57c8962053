package dev.holdfast.cluster;

import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Clients that take locks of a {@link SimulatedEnsemble} by the recipe of {@link ZooKeeperEngine},
 * or by one that is known to be worse, and a judge that sees all of them at once.
 */
final class SimulatedLocks {
  /** How a client comes to a lock. */
  enum Recipe {
    /** It watches the one node before it, and looks again when that is gone. */
    OURS,
    /** It watches the whole line. */
    HERD,
    /** It watches the one node before it, and takes its end for its turn. */
    TRUSTING
  }

  /**
   * What is simulated.
   *
   * @param together how many clients want the same lock
   * @param times how often each of them wants it
   * @param withdrawing one of so many gives up while it waits; 0 for none
   */
  record Plan(int clients, int together, int times, int withdrawing, Recipe recipe) {}

  private static final int SERVERS = 3;

  /** Every so manyth look is compared with what {@link ZooKeeperNodes} says of the same names. */
  private static final int COMPARED = 997;

  private static final ClusterLock WANTED =
      new ClusterLock(new NoServer(), ClusterKinds.ZOOKEEPER, "simulated", Mode.EXCLUSIVE, 0);

  private final Plan plan;
  private final SimulatedEnsemble ensemble;
  private final Random random;
  private final List<Integer> holders = new ArrayList<>();
  private final List<Long> lastToken = new ArrayList<>();
  private long looks;

  /** The most that held one lock at a time. */
  int mostHolders;

  long grants;
  long withdrawn;

  /** Grants with a token that is not greater than that of the one before. */
  long outOfOrder;

  SimulatedLocks(Plan plan, SimulatedEnsemble.Costs costs, long seed) {
    this.plan = plan;
    this.ensemble = new SimulatedEnsemble(SERVERS, costs);
    this.random = new Random(seed);
    for (int i = 0; i <= plan.clients() / plan.together(); i++) {
      holders.add(0);
      lastToken.add(0L);
    }
  }

  SimulatedEnsemble ensemble() {
    return ensemble;
  }

  /** Until all have had it as often as they want. */
  SimulatedLocks run() {
    for (int i = 0; i < plan.clients(); i++) {
      Client client = new Client(i);
      ensemble.after(random.nextDouble(), client::ask);
    }
    ensemble.run();
    return this;
  }

  /**
   * What a look at the line says.
   *
   * @param before the node that stands right before ours; null if it is our turn
   * @param onlyThat whether no other does
   */
  private record Turn(@Nullable Long before, boolean onlyThat) {}

  private final class Client {
    private final int lock;
    private final SimulatedEnsemble.Session session;
    private int left = plan.times();
    private long node;
    private boolean waits;

    Client(int number) {
      this.lock = number / plan.together();
      this.session = ensemble.connect(number);
    }

    /** The making of the node and the first look are sent together. */
    void ask() {
      node = 0;
      waits = true;
      session.create(lock, this::made);
      look(true);
    }

    private void made(long number) {
      node = number;
      if (plan.withdrawing() > 0 && random.nextInt(plan.withdrawing()) == 0) {
        double patience = random.nextDouble() * plan.clients() * ensemble.costs.write();
        ensemble.after(patience, () -> withdraw(number));
      }
    }

    private void look(boolean first) {
      if (!first) {
        session.exists(lock, node, _ -> {});
      }
      Runnable changed = plan.recipe() == Recipe.HERD ? this::woken : null;
      session.list(lock, changed, this::turn, this::looked);
    }

    private Turn turn(SimulatedEnsemble.Line line) {
      long mine = session.made();
      Map.Entry<Long, Integer> before = line.nodes.lowerEntry(mine);
      Turn turn =
          before == null
              ? new Turn(null, false)
              : new Turn(before.getKey(), line.nodes.firstKey().equals(before.getKey()));
      if (looks++ % COMPARED == 0) {
        compare(line, mine, turn);
      }
      return turn;
    }

    private void looked(Turn turn) {
      if (!waits) {
        return;
      }
      Long before = turn.before();
      if (before == null) {
        granted();
      } else if (plan.recipe() != Recipe.HERD) {
        boolean next = turn.onlyThat() || plan.recipe() == Recipe.TRUSTING;
        session.watch(lock, before, next ? this::nextIsOurs : this::woken);
      }
    }

    private void woken() {
      if (waits) {
        look(false);
      }
    }

    /** Ours, if our node is still there. */
    private void nextIsOurs() {
      if (waits) {
        session.exists(
            lock,
            node,
            there -> {
              if (waits && there) {
                granted();
              }
            });
      }
    }

    private void granted() {
      waits = false;
      grants++;
      int now = holders.get(lock) + 1;
      holders.set(lock, now);
      mostHolders = Math.max(mostHolders, now);
      outOfOrder += node <= lastToken.get(lock) ? 1 : 0;
      lastToken.set(lock, node);
      ensemble.after(0, this::release);
    }

    private void release() {
      holders.set(lock, holders.get(lock) - 1);
      left--;
      session.delete(lock, node, this::again);
    }

    private void withdraw(long number) {
      if (waits && node == number) {
        waits = false;
        withdrawn++;
        left--;
        session.delete(lock, node, this::again);
      }
    }

    private void again() {
      if (left > 0) {
        ask();
      }
    }
  }

  /** The code of the library must see the same in the same names. */
  private static void compare(SimulatedEnsemble.Line line, long mine, Turn turn) {
    List<String> children = new ArrayList<>();
    line.nodes.keySet().forEach(number -> children.add(name(number)));
    try {
      ZooKeeperNodes.Place place =
          ZooKeeperNodes.place(ZooKeeperNodes.parse(children), name(mine), WANTED);
      String before = turn.before() == null ? null : name(turn.before());
      if (place == null
          || place.granted() != (before == null)
          || place.onlyThat() != turn.onlyThat()
          || !same(place.before(), before)) {
        throw new AssertionError(place + " is not " + turn);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean same(@Nullable String one, @Nullable String other) {
    return one == null ? other == null : one.equals(other);
  }

  private static String name(long number) {
    return "_c_%016x-%s%010d".formatted(number * 0x9E3779B97F4A7C15L, ZooKeeperNodes.WRITE, number);
  }
}
