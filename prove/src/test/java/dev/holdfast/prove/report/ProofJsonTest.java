package dev.holdfast.prove.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProofJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode write(Proof proof, boolean listed) throws IOException {
    StringWriter out = new StringWriter();
    ProofJson.write(new ToldProof(proof, listed, "1.2.3", id -> "again " + id), out);
    return JSON.readTree(out.toString());
  }

  @Test
  void theDocumentIsExactlyWhatScriptsRelyOn() throws IOException {
    JsonNode expected =
        JSON.readTree(
            """
            {"version":"1.2.3",
             "victim":{"argv":["cp","-r","/srv/arena/a b","/srv/out"],"user":"root"},
             "attacker":"nobody",
             "observed":{"calls":21,"tasks":2,"exit":0,"complete":true},
             "windows":[
              {"id":"r1","hazard":"S01",
               "use":{"call":"openat","path":"/srv/arena/f","task":"0","nth":9,
                "command":[],"thread":"","directory":""},
               "check":{"call":"newfstatat","path":"/srv/arena/f","task":"0","nth":8,
                "command":[],"thread":"","directory":""},
               "binding":{"directory":"/srv/arena","entry":"f"},
               "strike":"symlink","before":null,"verdict":"EXPLOITED","effects":["WRITE","META"],
               "label":"RACE","blockedBy":["fs.protected_symlinks"],
               "evidence":["the contents of the protected file changed"],"replay":"r1",
               "fingerprint":"r1","known":null,"source":null},
              {"id":"p1","hazard":"S05",
               "use":{"call":"open","path":"/tmp/report","task":"0.1","nth":2,
                "command":[],"thread":"","directory":""},
               "check":null,
               "binding":{"directory":"/tmp","entry":"report"},
               "strike":"symlink-dangling","before":null,"verdict":"EXPLOITED","effects":["CREATE"],
               "label":"PLAIN_FOLLOW","blockedBy":[],
               "evidence":["a file came to be in the protected directory"],"replay":"p1",
               "fingerprint":"p1","known":null,"source":null},
              {"id":"t1","hazard":"S01",
               "use":{"call":"openat","path":"/srv/arena/t1","task":"0","nth":9,
                "command":[],"thread":"","directory":""},
               "check":{"call":"newfstatat","path":"/srv/arena/t1","task":"0","nth":8,
                "command":[],"thread":"","directory":""},
               "binding":{"directory":"/srv/arena","entry":"t1"},
               "strike":"symlink","before":null,"verdict":"TIMEOUT","effects":[],
               "label":null,"blockedBy":[],"evidence":[],"replay":"t1",
               "fingerprint":"t1","known":null,"source":null}],
             "summary":{"windows":3,"trials":5,"race":1,"plainFollow":1,"reached":0,"takenIn":0,"survived":0,
                        "undecided":1,"pruned":4,"guarded":0,"listed":0,"leftOut":0,"known":0},
             "pruned":{"exclusive":1,"held descriptor":3},"leftOut":[],
             "ways":{"followed":0,"alike":0,"unfollowed":0},
             "conclusion":"BROKEN","doubts":[],"notes":["no leak oracle here"]}
            """);
    assertEquals(
        expected,
        write(
            Proofs.of(
                Proofs.race("r1", "/srv/arena/f"),
                Proofs.plainFollow("p1"),
                Proofs.with("t1", Verdict.TIMEOUT)),
            false));
  }

  @Test
  void aListClaimsNothing() throws IOException {
    JsonNode json = write(Proofs.listed(Proofs.window("w", "/srv/arena/w")), true);
    assertEquals(true, json.at("/windows/0/verdict").isNull());
    assertEquals(1, json.at("/summary/windows").intValue());
    assertEquals(0, json.at("/summary/survived").intValue());
  }
}
