package dev.holdfast.locks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * All kinds of lock that are here: those of this module, and those that other modules register as a
 * {@link KindProvider}.
 *
 * <p><b>Threads.</b> Safe for all.
 */
public final class Kinds {
  /** The order in which a set takes its locks. */
  static final Comparator<Kind> ORDER = new ByRank();

  /** Those that can be told without opening every jar; in any order. */
  private static final List<Kind> NEAR = near();

  public static final Kind OFD = local("ofd");
  public static final Kind POSIX = local("posix");
  public static final Kind FLOCK = local("flock");
  public static final Kind FILE = local("file");
  public static final Kind NFS = local("nfs");
  public static final Kind PID_FILE = local("pid");
  public static final Kind DEVICE = local("device");
  public static final Kind MAIL = local("mail");
  public static final Kind PORT = local("port");
  public static final Kind SOCKET = local("socket");
  public static final Kind MEMORY = local("memory");

  /** What {@link Locks#of} gives: on another system than Linux what stands in, if it is wanted. */
  static final Kind USUAL = in(NEAR, "portable").orElse(OFD);

  private Kinds() {}

  /**
   * A class of its own: lambda expressions that can be serialised, as those of {@link Comparator}
   * are, take a start some milliseconds.
   */
  private static final class ByRank implements Comparator<Kind> {
    @Override
    public int compare(Kind one, Kind other) {
      int order = Integer.compare(one.rank(), other.rank());
      return order != 0 ? order : one.word().compareTo(other.word());
    }
  }

  /** All, looked for when somebody first asks for them. */
  private static final class All {
    static final List<Kind> KINDS = load();

    private static List<Kind> load() {
      // Not the loader of the thread that happens to ask first: the kinds are the same for all.
      List<Kind> kinds = from(ServiceLoader.load(KindProvider.class, loader()));
      kinds.sort(ORDER);
      return List.copyOf(kinds);
    }
  }

  private static List<Kind> near() {
    ModuleLayer layer = Kinds.class.getModule().getLayer();
    return layer == null
        ? All.KINDS
        : List.copyOf(from(ServiceLoader.load(layer, KindProvider.class)));
  }

  private static ClassLoader loader() {
    return Objects.requireNonNull(Kinds.class.getClassLoader());
  }

  private static List<Kind> from(ServiceLoader<KindProvider> providers) {
    List<Kind> kinds = new ArrayList<>();
    for (KindProvider provider : providers) {
      kinds.addAll(provider.kinds());
    }
    return kinds;
  }

  /** In their order. */
  public static List<Kind> all() {
    return All.KINDS;
  }

  /** The kind that the command line calls so. */
  public static Optional<Kind> of(String word) {
    Optional<Kind> near = in(NEAR, word);
    return near.isPresent() ? near : in(All.KINDS, word);
  }

  private static Optional<Kind> in(List<Kind> kinds, String word) {
    for (Kind kind : kinds) {
      if (kind.word().equals(word)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** One of this module. */
  private static Kind local(String word) {
    return in(NEAR, word)
        .orElseThrow(() -> new IllegalStateException("no such kind here: " + word));
  }
}
