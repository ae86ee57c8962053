package dev.holdfast.cli.file;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Notes;
import dev.holdfast.files.host.UnlinkedFile;
import dev.holdfast.files.host.UnlinkedFiles;
import dev.holdfast.findings.terminal.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** {@code holdfast unlinked}. */
public final class UnlinkedCommand extends Command {
  public UnlinkedCommand() {
    super("unlinked");
    description(
        "Lists the files that have no name any more and still take up space, because some process"
            + " holds them: the largest first, each with its space, its owner, and who holds it by"
            + " which descriptors.",
        "",
        "Root sees all of them, others only what their own processes hold.");
    exitStatus("0:listed", "2:wrong use", "3:could not look");
    footer(
        "Examples:",
        "    holdfast unlinked",
        "    holdfast unlinked --json | jq '.files[] | select(.allocatedBytes > 1e9)'");
  }

  @Override
  public Integer call() throws IOException {
    UnlinkedFiles.Report report = UnlinkedFiles.find();
    PrintWriter out = spec.commandLine().getOut();
    if (globals().json()) {
      FilesJson.unlinked(report, out);
    } else {
      for (UnlinkedFile file : report.files()) {
        print(file, out);
      }
      out.printf("%12d  in all: %d%n", report.allocatedBytes(), report.files().size());
    }
    out.flush();
    if (report.unreadable() > 0) {
      Notes.print(
          List.of(
              report.unreadable()
                  + " of "
                  + report.processes()
                  + " processes belong to others: run this as root to see what they hold"),
          spec,
          globals());
    }
    return ExitCode.OK;
  }

  private static void print(UnlinkedFile file, PrintWriter out) {
    out.printf(
        "%12d  uid %-6s %s%n",
        file.allocatedBytes(), Integer.toUnsignedString(file.uid()), Text.printable(file.name()));
    for (UnlinkedFile.Holder holder : file.holders()) {
      out.printf(
          "%12s    pid %-7d %-16s %s%n",
          "", holder.pid(), Text.printable(holder.command()), descriptors(holder));
    }
  }

  private static String descriptors(UnlinkedFile.Holder holder) {
    return holder.descriptors().isEmpty()
        ? "mapped"
        : holder.descriptors().stream()
            .map(String::valueOf)
            .collect(Collectors.joining(", ", "fd ", ""));
  }
}
