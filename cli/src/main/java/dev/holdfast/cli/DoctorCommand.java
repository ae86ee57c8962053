package dev.holdfast.cli;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Value;
import dev.holdfast.cli.file.FilesJson;
import dev.holdfast.cli.lock.LockServers;
import dev.holdfast.files.host.HostSetting;
import dev.holdfast.files.host.HostSetting.Verdict;
import dev.holdfast.files.host.HostSettings;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.locks.remote.LockService;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** {@code holdfast doctor}. */
final class DoctorCommand extends Command {
  private final Value<String> at =
      option("--at", "SERVERS", String.class, "Try a server that keeps locks; see holdfast lock.");

  private final Value<String> kind =
      option("--kind", "KIND", String.class, "With --at: zookeeper (default) or postgresql.")
          .oneOf(LockServers::words);

  private final Value<String> config =
      option("--config", "FILE", String.class, "With --at: settings, one NAME=VALUE a line.");

  DoctorCommand() {
    super("doctor");
    description(
        "Tells the settings of this host that decide how exposed its programs are to races, what"
            + " they mean, and what to do. Changes nothing.",
        "",
        "With --at it looks at a server that keeps locks instead, and takes one of a name that"
            + " nobody else has.");
    exitStatus(
        "0:nothing is weak",
        "1:some setting leaves open what it could close",
        "2:wrong use",
        "3:could not look");
    footer(
        "Examples:",
        "    holdfast doctor",
        "    holdfast doctor --json |",
        "      jq -r '.settings[] | select(.verdict == \"WEAK\") | .advice'");
  }

  @Override
  public Integer call() throws IOException {
    if (at.given()) {
      return examineServer();
    }
    LockServers.refuseWithoutServer(kind, config);
    List<HostSetting> settings = HostSettings.read();
    PrintWriter out = spec.commandLine().getOut();
    if (globals().json()) {
      FilesJson.settings(settings, out);
    } else {
      for (HostSetting setting : settings) {
        print(setting, out);
      }
    }
    out.flush();
    boolean weak = settings.stream().anyMatch(setting -> setting.verdict() == Verdict.WEAK);
    return weak ? ExitCode.NO : ExitCode.OK;
  }

  private int examineServer() throws IOException {
    try (LockService service = LockServers.connect(kind, at.get(), config.or(""), "doctor")) {
      PrintWriter out = spec.commandLine().getOut();
      service.examine().forEach(line -> out.println("good     " + Text.printable(line)));
      out.flush();
    }
    return ExitCode.OK;
  }

  private void print(HostSetting setting, PrintWriter out) {
    if (globals().quiet() && setting.verdict() != Verdict.WEAK) {
      return;
    }
    out.printf(
        "%-8s %s = %s [%s]%n",
        setting.verdict().name().toLowerCase(Locale.ROOT),
        setting.name(),
        setting.value().isEmpty() ? "?" : setting.value(),
        setting.row().name());
    out.println("         " + setting.meaning());
    if (!setting.advice().isEmpty()) {
      out.println("         advice: " + setting.advice());
    }
  }
}
