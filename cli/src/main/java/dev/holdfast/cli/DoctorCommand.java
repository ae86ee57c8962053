package dev.holdfast.cli;

import dev.holdfast.cli.tell.FilesJson;
import dev.holdfast.files.HostSetting;
import dev.holdfast.files.HostSetting.Verdict;
import dev.holdfast.files.HostSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** {@code holdfast doctor}. */
final class DoctorCommand extends Command {
  DoctorCommand() {
    super("doctor");
    description(
        "Tells the settings of this host that decide how exposed its programs are to races, what"
            + " they mean, and what to do. Changes nothing.");
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

  private void print(HostSetting setting, PrintWriter out) {
    if (globals().quiet() && setting.verdict() != Verdict.WEAK) {
      return;
    }
    out.printf(
        "%-8s %s = %s [%s]%n",
        setting.verdict().name().toLowerCase(Locale.ROOT),
        setting.name(),
        setting.value().isEmpty() ? "?" : setting.value(),
        setting.catalogueId());
    out.println("         " + setting.meaning());
    if (!setting.advice().isEmpty()) {
      out.println("         advice: " + setting.advice());
    }
  }
}
