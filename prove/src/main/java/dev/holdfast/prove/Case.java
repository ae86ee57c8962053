package dev.holdfast.prove;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What to prove: the command line of {@code holdfast prove} as data.
 *
 * <p>Threads: immutable; each {@code with…} method answers a changed copy.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class Case {
  private List<String> argv;
  private List<String> setup = List.of();
  private List<Path> fresh = List.of();
  private List<Path> arena = List.of();
  private List<Path> volume = List.of();
  private boolean tmp;
  private @Nullable String user;
  private String attacker = "nobody";
  private @Nullable Account attackerAccount;
  private Set<Intruder> intruders = Set.of(Intruder.ATTACKER);
  private List<String> rivals = List.of();
  private List<String> checks = List.of();
  private @Nullable String until;
  private List<String> clients = List.of();
  private int maxTrials;
  private boolean all;
  private List<String> only = List.of();
  private List<Path> under = List.of();
  private List<String> exclude = List.of();
  private Duration timeout = Duration.ofSeconds(10);
  private int jobs;
  private Path directory = Path.of("").toAbsolutePath();
  private Map<String, String> environment = Map.copyOf(System.getenv());

  private Case(List<String> argv) {
    this.argv = List.copyOf(argv);
  }

  /** A case with the usual settings; refine it with the {@code with…} methods. */
  public static Case of(List<String> argv) {
    return new Case(argv);
  }

  private Case with(Consumer<Case> change) {
    Case copy = new Case(argv);
    copy.setup = setup;
    copy.fresh = fresh;
    copy.arena = arena;
    copy.volume = volume;
    copy.tmp = tmp;
    copy.user = user;
    copy.attacker = attacker;
    copy.attackerAccount = attackerAccount;
    copy.intruders = intruders;
    copy.rivals = rivals;
    copy.checks = checks;
    copy.until = until;
    copy.clients = clients;
    copy.maxTrials = maxTrials;
    copy.all = all;
    copy.only = only;
    copy.under = under;
    copy.exclude = exclude;
    copy.timeout = timeout;
    copy.jobs = jobs;
    copy.directory = directory;
    copy.environment = environment;
    change.accept(copy);
    return copy;
  }

  /** {@return the victim} */
  public List<String> argv() {
    return argv;
  }

  /** {@return shell commands run in the fresh world before the victim, as root} */
  public List<String> setup() {
    return setup;
  }

  /** {@return directories that each world has for its own, empty} */
  public List<Path> fresh() {
    return fresh;
  }

  /** {@return like {@link #fresh}, and owned by the attacker} */
  public List<Path> arena() {
    return arena;
  }

  /** {@return like {@link #fresh}, and each is a file system of its own: a rename cannot cross} */
  public List<Path> volume() {
    return volume;
  }

  /** {@return whether each world has an empty {@code /tmp}, where everybody may make files} */
  public boolean tmp() {
    return tmp;
  }

  /** {@return the victim's identity by name or number; null for whoever runs this} */
  public @Nullable String user() {
    return user;
  }

  /** {@return the attacker's identity by name or number} */
  public String attacker() {
    return attacker;
  }

  /** {@return the attacker by numbers; null for whom this host knows by the name} */
  public @Nullable Account attackerAccount() {
    return attackerAccount;
  }

  /** {@return who acts} */
  public Set<Intruder> intruders() {
    return intruders;
  }

  /**
   * {@return shell commands of {@link Intruder#RIVAL}, run as root; each is an intruder of its own,
   * and must exit 0, or what it was to do counts as not done}
   */
  public List<String> rivals() {
    return rivals;
  }

  /** {@return shell commands that must exit 0 after each trial, run as root} */
  public List<String> checks() {
    return checks;
  }

  /**
   * {@return what a service comes to when it can be used: the number of a TCP port that it listens
   * on, the absolute path of a file that it makes, or else a text that it prints; null if it is
   * ready once it does nothing any more}
   */
  public @Nullable String until() {
    return until;
  }

  /**
   * {@return shell commands that use a service once it is ready, run in its world as root, one
   * after the other; then it is asked to end by SIGTERM}
   */
  public List<String> clients() {
    return clients;
  }

  /** {@return the most runs; 0 for as many as it takes} */
  public int maxTrials() {
    return maxTrials;
  }

  /**
   * {@return whether every window is tried: else, where there are many, three of each kind, and the
   * proof says how many were {@linkplain dev.holdfast.prove.model.Proof#leftOut left out}}
   */
  public boolean all() {
    return all;
  }

  /**
   * {@return which windows are tried, if not all: those of one of these calls, rows of the
   * catalogue, strikes or absolute paths}
   */
  public List<String> only() {
    return only;
  }

  /** {@return the directories in which the intruder may change something; none for all} */
  public List<Path> under() {
    return under;
  }

  /** {@return absolute paths and glob patterns at or below which the attacker changes nothing} */
  public List<String> exclude() {
    return exclude;
  }

  /** {@return the time for one run of the victim} */
  public Duration timeout() {
    return timeout;
  }

  /** {@return worlds at a time; 0 for one per processor} */
  public int jobs() {
    return jobs;
  }

  /** {@return where the victim starts} */
  public Path directory() {
    return directory;
  }

  /** {@return the victim's environment} */
  public Map<String, String> environment() {
    return environment;
  }

  public Case withArgv(List<String> words) {
    return with(c -> c.argv = List.copyOf(words));
  }

  public Case withSetup(String... commands) {
    return with(c -> c.setup = List.of(commands));
  }

  public Case withFresh(Path... directories) {
    return with(c -> c.fresh = List.of(directories));
  }

  public Case withArena(Path... directories) {
    return with(c -> c.arena = List.of(directories));
  }

  public Case withVolume(Path... directories) {
    return with(c -> c.volume = List.of(directories));
  }

  public Case withTmp() {
    return with(c -> c.tmp = true);
  }

  public Case withUser(@Nullable String name) {
    return with(c -> c.user = name);
  }

  public Case withAttacker(String name) {
    return with(
        c -> {
          c.attacker = name;
          c.attackerAccount = null;
        });
  }

  /** Somebody whom this host need not know. */
  public Case withAttacker(Account account) {
    return with(
        c -> {
          c.attacker = account.name();
          c.attackerAccount = account;
        });
  }

  public Case withIntruders(Intruder... who) {
    return with(c -> c.intruders = Set.of(who));
  }

  public Case withRivals(String... commands) {
    return with(c -> c.rivals = List.of(commands));
  }

  public Case withChecks(String... commands) {
    return with(c -> c.checks = List.of(commands));
  }

  public Case withUntil(@Nullable String ready) {
    return with(c -> c.until = ready);
  }

  public Case withClients(String... commands) {
    return with(c -> c.clients = List.of(commands));
  }

  public Case withMaxTrials(int trials) {
    return with(c -> c.maxTrials = trials);
  }

  public Case withAll() {
    return with(c -> c.all = true);
  }

  public Case withOnly(String... wanted) {
    return with(c -> c.only = List.of(wanted));
  }

  public Case withUnder(Path... directories) {
    return with(c -> c.under = List.of(directories));
  }

  public Case withExclude(String... patterns) {
    return with(c -> c.exclude = List.of(patterns));
  }

  public Case withTimeout(Duration limit) {
    return with(c -> c.timeout = limit);
  }

  public Case withJobs(int worlds) {
    return with(c -> c.jobs = worlds);
  }

  public Case withDirectory(Path start) {
    return with(c -> c.directory = start);
  }

  public Case withEnvironment(Map<String, String> variables) {
    return with(c -> c.environment = Map.copyOf(variables));
  }
}
