package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.ProvedPlay;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.prove.model.Effect;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A privileged program takes the directory for its temporary files from its caller. */
public final class S14UntrustedTmpdir {
  private static final String RESULT = "/srv/own/result";
  private static final List<String> ARGS = List.of(RESULT);

  private S14UntrustedTmpdir() {}

  public static Play play() {
    return new ProvedPlay(
        new Scene(
            Row.S14,
            List.of(Row.F07),
            "root works for a user whose TMPDIR names a directory of the user's own"),
        bare ->
            Stages.attackersOwn("/srv/arena")
                .set(bare)
                .withFresh(Path.of("/srv/own"))
                .withEnvironment(withTmpdir(bare.environment())),
        "test \"$(cat " + RESULT + ")\" = 'all is well'",
        Set.of(Effect.WRITE, Effect.CREATE),
        Set.of(ProvedPlay.Demand.RACE, ProvedPlay.Demand.SECOND_IDENTITY),
        List.of(
            new Pair(
                "shell",
                new Victim.Shell("mktemp, > name", "s14-believe-tmpdir.sh", ARGS),
                new Victim.Shell("unset TMPDIR; mktemp, > name", "s14-forget-tmpdir.sh", ARGS)),
            new Pair(
                "Perl",
                new Victim.Script(
                    "File::Temp::tempfile, open name", "perl", "s14-believe-tmpdir.pl", ARGS),
                new Victim.Script("tempfile(DIR => '/tmp')", "perl", "s14-forget-tmpdir.pl", ARGS)),
            new Pair(
                "Java",
                new Victim.Java(
                    "Files.createTempFile(getenv(\"TMPDIR\")), Files.writeString",
                    "files.BelieveTmpdir",
                    ARGS),
                new Victim.Java("TempFiles.standard().named", "files.TrustedTemp", ARGS))));
  }

  private static Map<String, String> withTmpdir(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("TMPDIR", "/srv/arena");
    return all;
  }
}
