package dev.holdfast.cli.prove;

import dev.holdfast.cli.prove.PackageOptions.Step;
import dev.holdfast.findings.Json;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.prove.Account;
import dev.holdfast.prove.Arena;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.report.Script;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The cases that a package is: dpkg does what it does to it, in a world that the steps before have
 * made, and whoever was given a directory attacks.
 *
 * @param older what is upgraded; the package itself if no other is known
 */
record PackageCases(DebianPackage current, DebianPackage older, List<Step> steps) {
  /**
   * No question is asked, what the package depends on need not be here, and nothing waits for a
   * disk that there is not.
   */
  private static final List<String> DPKG =
      List.of("dpkg", "--force-depends", "--force-confdef", "--force-confold", "--force-unsafe-io");

  /** As apt has it, whatever the caller's is. */
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** No service is started: there is nothing in a world that would look after it. */
  private static final String NO_SERVICES =
      "mkdir -p /usr/sbin && rm -f /usr/sbin/policy-rc.d && printf '#!/bin/sh\\nexit 101\\n' >"
          + " /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d";

  /** How long one run of dpkg may take, if nobody says so. */
  static final Duration TIME = Duration.ofMinutes(1);

  private static final int MOST_TOLD = 10;

  PackageCases {
    steps = List.copyOf(steps);
  }

  /**
   * One step against one attacker.
   *
   * @param attacker null for whom the options name, who has no directory of the package's
   * @param alone whether there is no other attacker
   */
  record One(Step step, @Nullable Account attacker, boolean alone, String shown) {
    String name() {
      return shown
          + ": "
          + step.word()
          + (attacker == null || alone ? "" : ", against " + attacker.name());
    }

    /** The words that name the attacker again. */
    List<String> words() {
      return attacker == null ? List.of() : List.of("--attacker", attacker.name());
    }
  }

  /** Who finds out what a case leaves behind. */
  @FunctionalInterface
  interface Look {
    List<Arena> arenas(Case what) throws ProveException;
  }

  /** What the package leaves to others, in each of the ways it comes to be installed. */
  List<Arena> arenas(Case base, Look look) throws ProveException {
    // Whom the package makes nobody knows yet.
    Case undisturbed = base.withAttacker("nobody");
    Map<String, Arena> all = new LinkedHashMap<>();
    look.arenas(of(undisturbed, Step.INSTALL)).forEach(arena -> all.put(arena.directory(), arena));
    if (!older.equals(current)) {
      look.arenas(of(undisturbed, Step.UPGRADE))
          .forEach(arena -> all.putIfAbsent(arena.directory(), arena));
    }
    return List.copyOf(all.values());
  }

  /**
   * The steps, each against each of those who have a directory.
   *
   * @param wanted the one attacker that was asked for; null for all
   */
  List<One> each(List<Arena> arenas, @Nullable String wanted) {
    Set<Account> accounts = new LinkedHashSet<>();
    for (Arena arena : arenas) {
      Account user = arena.user();
      if (user != null
          && (wanted == null
              || user.name().equals(wanted)
              || Integer.toUnsignedString(user.uid()).equals(wanted))) {
        accounts.add(user);
      }
    }
    List<One> all = new ArrayList<>();
    for (Step step : steps) {
      for (Account account : accounts) {
        all.add(new One(step, account, accounts.size() == 1, current.shown()));
      }
      if (accounts.isEmpty()) {
        all.add(new One(step, null, true, current.shown()));
      }
    }
    return all;
  }

  /** The case of one step; {@link Case#argv} of the base does not matter. */
  Case of(Case base, Step step) {
    List<String> setup = new ArrayList<>(base.setup());
    setup.add(NO_SERVICES);
    setup.add(
        "! dpkg-query -W "
            + quoted(current.name())
            + " 2> /dev/null > /dev/null || "
            + line(dpkg("--purge", current.name())));
    switch (step) {
      case INSTALL -> {}
      case UPGRADE -> setup.add(line(dpkg("--install", older.file().toString())));
      case REMOVE -> setup.add(line(dpkg("--install", current.file().toString())));
      case PURGE -> {
        setup.add(line(dpkg("--install", current.file().toString())));
        setup.add(line(dpkg("--remove", current.name())));
      }
    }
    List<String> victim =
        switch (step) {
          case INSTALL, UPGRADE -> dpkg("--install", current.file().toString());
          case REMOVE -> dpkg("--remove", current.name());
          case PURGE -> dpkg("--purge", current.name());
        };
    Map<String, String> environment = new HashMap<>(base.environment());
    environment.put("PATH", PATH);
    environment.put("DEBIAN_FRONTEND", "noninteractive");
    List<Path> fresh = new ArrayList<>(base.fresh());
    // Maintainer scripts ask here whether there is a service manager to talk to.
    fresh.add(Path.of("/run/systemd"));
    return base.withArgv(victim)
        .withSetup(setup.toArray(String[]::new))
        .withFresh(fresh.toArray(Path[]::new))
        .withDirectory(Path.of("/"))
        .withEnvironment(environment);
  }

  /** Which scripts run: those of the old version stop it, and those of the new one start it. */
  List<Script> scripts(Step step) {
    return step == Step.UPGRADE
        ? Stream.concat(
                older.scripts().stream().filter(PackageCases::stops),
                current.scripts().stream().filter(script -> !stops(script)))
            .toList()
        : current.scripts();
  }

  private static boolean stops(Script script) {
    return script.shown().endsWith("/prerm") || script.shown().endsWith("/postrm");
  }

  /** What is said beside each proof. */
  static String told(List<Arena> arenas) {
    if (arenas.isEmpty()) {
      return "the package leaves no directory to others than root: only what is open to all is"
          + " attacked";
    }
    List<String> some = arenas.stream().limit(MOST_TOLD).map(Arena::describe).toList();
    return "the package leaves to others: "
        + String.join(", ", some)
        + (arenas.size() > MOST_TOLD ? ", and " + (arenas.size() - MOST_TOLD) + " more" : "");
  }

  /** The package and its arenas, as a document has them. */
  Json.Body json(List<Arena> arenas) {
    return json -> {
      json.writeStartObject();
      json.writeStringField("file", current.shown());
      json.writeStringField("name", current.name());
      json.writeStringField("version", current.version());
      json.writeStringField("upgradedFrom", older.version());
      json.writeArrayFieldStart("arenas");
      for (Arena arena : arenas) {
        Account user = arena.user();
        json.writeStartObject();
        json.writeStringField("directory", arena.directory());
        json.writeStringField("user", user == null ? null : user.name());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    };
  }

  private static List<String> dpkg(String what, String of) {
    List<String> words = new ArrayList<>(DPKG);
    words.add(what);
    words.add(of);
    return words;
  }

  private static String line(List<String> words) {
    return Text.shellLine(words);
  }

  private static String quoted(String word) {
    return Text.shellLine(List.of(word));
  }
}
