package dev.holdfast.locks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
  static final Comparator<Kind> ORDER =
      Comparator.comparingInt(Kind::rank).thenComparing(Kind::word);

  private static final List<Kind> ALL = load();

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

  private Kinds() {}

  private static List<Kind> load() {
    List<Kind> kinds = new ArrayList<>();
    // Not the loader of the thread that happens to ask first: the kinds are the same for all.
    ServiceLoader.load(KindProvider.class, Kinds.class.getClassLoader())
        .forEach(provider -> kinds.addAll(provider.kinds()));
    kinds.sort(ORDER);
    return List.copyOf(kinds);
  }

  /** In their order. */
  public static List<Kind> all() {
    return ALL;
  }

  /** The kind that the command line calls so. */
  public static Optional<Kind> of(String word) {
    return ALL.stream().filter(kind -> kind.word().equals(word)).findFirst();
  }

  /** One of this module. */
  private static Kind local(String word) {
    return of(word).orElseThrow(() -> new IllegalStateException("no such kind here: " + word));
  }
}
