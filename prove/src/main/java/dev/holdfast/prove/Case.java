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
public final class Case {
  private final List<String> argv;
  private List<String> setup = List.of();
  private List<Path> fresh = List.of();
  private List<Path> arena = List.of();
  private @Nullable String user;
  private String attacker = "nobody";
  private Set<Intruder> intruders = Set.of(Intruder.ATTACKER);
  private List<String> rivals = List.of();
  private List<String> checks = List.of();
  private int maxTrials;
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
    copy.user = user;
    copy.attacker = attacker;
    copy.intruders = intruders;
    copy.rivals = rivals;
    copy.checks = checks;
    copy.maxTrials = maxTrials;
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

  /** {@return the victim's identity by name or number; null for whoever runs this} */
  public @Nullable String user() {
    return user;
  }

  /** {@return the attacker's identity by name or number} */
  public String attacker() {
    return attacker;
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

  /** {@return the most runs; 0 for as many as it takes} */
  public int maxTrials() {
    return maxTrials;
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

  public Case withSetup(String... commands) {
    return with(c -> c.setup = List.of(commands));
  }

  public Case withFresh(Path... directories) {
    return with(c -> c.fresh = List.of(directories));
  }

  public Case withArena(Path... directories) {
    return with(c -> c.arena = List.of(directories));
  }

  public Case withUser(@Nullable String name) {
    return with(c -> c.user = name);
  }

  public Case withAttacker(String name) {
    return with(c -> c.attacker = name);
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

  public Case withMaxTrials(int trials) {
    return with(c -> c.maxTrials = trials);
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
