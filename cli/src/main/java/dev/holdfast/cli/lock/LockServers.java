package dev.holdfast.cli.lock;

import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.Failures;
import dev.holdfast.cli.command.Value;
import dev.holdfast.locks.KindProvider;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.remote.LockService;
import dev.holdfast.locks.remote.RemoteKind;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.Reader;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Connections to servers that keep locks. Their libraries are in a directory of their own beside
 * ours, which nothing looks at before one is asked for: see docs/decisions/0021.
 */
public final class LockServers {
  private static final String ZOOKEEPER = "zookeeper";

  static final List<String> WORDS = List.of(ZOOKEEPER, "postgresql");

  /** Of a name that has one of these, others must not know the value. */
  private static final List<String> SECRETS = List.of("password", "credentials");

  private static final String ZOOKEEPER_CREDENTIALS = "HOLDFAST_ZOOKEEPER_CREDENTIALS";

  private LockServers() {}

  /** The kinds that are on servers. */
  public static List<String> words() {
    return WORDS;
  }

  /** What is said of a server says nothing where none is named. */
  public static void refuseWithoutServer(Value<String> kind, Value<String> config) {
    for (Map.Entry<String, Value<String>> each :
        Map.of("--kind", kind, "--config", config).entrySet()) {
      if (each.getValue().given()) {
        throw CommandFailure.usage(each.getKey(), "says nothing without --at");
      }
    }
  }

  /** The same with ZooKeeper for a kind that was not given. */
  public static LockService connect(
      Value<String> kind, String at, String config, String description) throws IOException {
    return connect(kind.or(ZOOKEEPER), at, config, description);
  }

  /**
   * Connects.
   *
   * @param word of the kind
   * @param config a file of settings; empty for none
   * @param description what others are told about us
   */
  public static LockService connect(String word, String at, String config, String description)
      throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("description", description);
    String known = System.getenv(ZOOKEEPER_CREDENTIALS);
    if (known != null && word.equals(ZOOKEEPER)) {
      settings.put("credentials", known);
    }
    if (!config.isEmpty()) {
      settings.putAll(read(FileName.pathOf(config)));
    }
    if (!WORDS.contains(word)) {
      throw CommandFailure.usage("--kind", Failures.notOneOf(word, WORDS));
    }
    // What its libraries log is no message of ours.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    try {
      return kind(word).connect(at, settings);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--at", String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, String> read(Path config) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(config)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(FileName.shownOf(config), String.valueOf(e.getMessage()));
    }
    Map<String, String> settings = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (SECRETS.stream().anyMatch(name.toLowerCase(java.util.Locale.ROOT)::contains)) {
        refuseIfOthersRead(config);
      }
      settings.put(name, properties.getProperty(name));
    }
    return settings;
  }

  private static void refuseIfOthersRead(Path config) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(config);
    if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
      throw CommandFailure.undecided(
          FileName.shownOf(config),
          "has a secret in it that everybody may read: chmod o-r it, and" + " change the secret");
    }
  }

  private static RemoteKind kind(String word) throws IOException {
    Optional<RemoteKind> here =
        Kinds.of(word).filter(RemoteKind.class::isInstance).map(RemoteKind.class::cast);
    if (here.isPresent()) {
      return here.get();
    }
    URLClassLoader loader =
        new URLClassLoader("cluster", jars(), LockServers.class.getClassLoader());
    // Curator and ZooKeeper look for their own classes by the thread.
    Thread.currentThread().setContextClassLoader(loader);
    return ServiceLoader.load(KindProvider.class, loader).stream()
        .map(ServiceLoader.Provider::get)
        .flatMap(provider -> provider.kinds().stream())
        .filter(kind -> kind.word().equals(word))
        .filter(RemoteKind.class::isInstance)
        .map(RemoteKind.class::cast)
        .findFirst()
        .orElseThrow(() -> notHere(word));
  }

  private static URL[] jars() throws IOException {
    CodeSource source = LockServers.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return new URL[0];
    }
    Path lib = Path.of(URI.create(source.getLocation().toString())).getParent();
    Path beside = lib == null ? Path.of("cluster") : lib.resolveSibling("cluster");
    List<URL> jars = new ArrayList<>();
    if (Files.isDirectory(beside)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(beside, "*.jar")) {
        for (Path jar : all) {
          jars.add(url(jar));
        }
      }
    }
    return jars.toArray(URL[]::new);
  }

  private static URL url(Path jar) throws MalformedURLException {
    return jar.toUri().toURL();
  }

  private static CommandFailure notHere(String word) {
    return CommandFailure.undecided(
        word, "its libraries are not installed: build Holdfast with its module cluster");
  }

  /** True if one of them is on a server. */
  static boolean areOnServers(String kinds) {
    return Stream.of(kinds.split(",", -1)).anyMatch(WORDS::contains);
  }
}
