package dev.holdfast.junit;

import dev.holdfast.findings.HtmlWriter;
import dev.holdfast.findings.Report;
import dev.holdfast.findings.terminal.Painter;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.ScheduleProof;
import dev.holdfast.prove.report.Conclusion;
import dev.holdfast.prove.report.ProofReport;
import dev.holdfast.prove.report.ProofText;
import dev.holdfast.prove.report.ScheduleReport;
import dev.holdfast.prove.report.ScheduleText;
import dev.holdfast.prove.report.ToldProof;
import dev.holdfast.prove.report.ToldSchedules;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The JVM that proves: takes a {@link Request} on its standard input, and answers on its standard
 * output. One of its own, so that whoever tests needs no option for native access, and no rights
 * but those to start it in a user namespace.
 */
final class Runner {
  private Runner() {}

  static void main() throws IOException, ClassNotFoundException {
    PrintStream out = System.out;
    System.setOut(System.err);
    Request request;
    try (ObjectInputStream in = new ObjectInputStream(System.in)) {
      request = (Request) in.readObject();
    }
    Request.Answer answer = answer(request);
    try (ObjectOutputStream to = new ObjectOutputStream(out)) {
      to.writeObject(answer);
    }
  }

  private static Request.Answer answer(Request request) throws IOException {
    String whyNot = Prover.whyNot();
    if (whyNot != null) {
      return new Request.Impossible(whyNot);
    }
    try {
      return request.isTogether() ? schedules(request) : proof(request);
    } catch (ProveException e) {
      return new Request.Refused(String.valueOf(e.getMessage()));
    }
  }

  private static Request.Answer proof(Request request) throws ProveException, IOException {
    Proof proof =
        request.replay().isEmpty()
            ? Prover.prove(request.toCase(), Progress.NONE)
            : Prover.replay(request.toCase(), request.replay(), Progress.NONE);
    ToldProof told =
        new ToldProof(
            shown(proof, request.shown()), false, version(), Runner::again, request.policy());
    return new Request.Told(
        told.conclusion().kind(),
        ProofText.of(told, new Painter(false), false),
        html(ProofReport.of(told)));
  }

  /** A program that we made up says nothing by its own command line. */
  private static Proof shown(Proof proof, List<String> argv) {
    return new Proof(
        argv,
        proof.user(),
        proof.attacker(),
        proof.calls(),
        proof.tasks(),
        proof.exit(),
        proof.complete(),
        proof.windows(),
        proof.listed(),
        proof.leftOut(),
        proof.ways(),
        proof.trials(),
        proof.pruned(),
        proof.notes());
  }

  private static Request.Answer schedules(Request request) throws ProveException, IOException {
    String replay = request.replay();
    ScheduleProof proof =
        Prover.schedules(
            request.toCase(), request.together(), replay.isEmpty() ? null : replay, Progress.NONE);
    List<List<String>> commands = new ArrayList<>(List.of(request.shown()));
    request.together().others().forEach(command -> commands.add(List.of("sh", "-c", command)));
    ToldSchedules told =
        new ToldSchedules(proof, commands, !replay.isEmpty(), version(), Runner::again);
    Conclusion.Kind kind =
        !proof.findings().isEmpty()
            ? Conclusion.Kind.BROKEN
            : told.isDecided() ? Conclusion.Kind.HOLDS : Conclusion.Kind.UNDECIDED;
    return new Request.Told(
        kind, ScheduleText.of(told, new Painter(false)), html(ScheduleReport.of(told)));
  }

  private static String again(String id) {
    return "-D" + Prove.REPLAY + "=" + id;
  }

  private static String html(Report report) throws IOException {
    Writer html = new StringWriter();
    HtmlWriter.write(report, html);
    return html.toString();
  }

  private static String version() throws IOException {
    try (InputStream in = Runner.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IOException("version.properties is missing from this build");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    }
  }
}
