package dev.holdfast.prove.trial;

import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.watch.Resolver;
import dev.holdfast.prove.world.World;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * What one trial plays on: a world with canaries, the victim's tracer, and what was seen so far.
 *
 * <p>Threads: the thread of its world.
 */
final class Stage implements AutoCloseable {
  final Setting setting;
  final World world;
  final String secret;
  final Outcome outcome = new Outcome();
  final Vault vault;
  final Striker striker;
  final Resolver resolver;
  final Tracer tracer;

  /** The canaries as they were when nothing but the intruder's moves had happened to them. */
  Snapshot before;

  /** Root directories, raw, under which the canaries are to be seen, too. */
  private final Set<String> rootsShown = new HashSet<>();

  /** What the attacker holds open; -1 for nothing. */
  private int held = -1;

  /**
   * @param limit for the victim
   * @param secret what stands in the protected files
   */
  Stage(Setting setting, World world, Duration limit, String secret) throws FileSystemException {
    this.setting = setting;
    this.world = world;
    this.secret = secret;
    this.vault = new Vault(setting, secret);
    vault.build();
    VictimOutput.create();
    this.striker = new Striker(setting.attacker(), vault, setting.guardsSet());
    this.resolver = new Resolver(world.hostProc(), setting.attacker());
    this.before = Snapshot.take(vault);
    this.tracer = world.tracer(limit);
  }

  /** Prepares the canaries for a strike at this call, in the root directory that its task has. */
  void prepare(Call call, boolean changesName) throws FileSystemException {
    vault.contrast(call);
    outcome.root = resolver.rootOf(call.task());
    if (changesName && !outcome.root.equals("/") && rootsShown.add(outcome.root)) {
      Vault.showUnder(outcome.root);
    }
  }

  void hold(int fd) {
    held = fd;
  }

  int held() {
    return held;
  }

  @Override
  public void close() {
    if (held >= 0) {
      Unistd.close(held);
    }
    striker.close();
    tracer.close();
  }
}
