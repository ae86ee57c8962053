package dev.holdfast.lab.proof;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.identity.AsUser;
import dev.holdfast.files.trust.LinkPolicy;
import dev.holdfast.files.trust.Trust;
import dev.holdfast.files.trust.TrustVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whom to trust, whose link to follow, and as whom to act. */
enum RightsOperation implements Operation {
  TRUST {
    @Override
    public void holdfast(Directory at) throws IOException {
      try (TrustVerdict verdict = Trust.forCaller().judge(Path.of(at.path(), "d", "f"))) {
        if (verdict.trusted()) {
          OpenOperation.write(verdict.open(Opening.write()));
        }
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      if (!Files.isSymbolicLink(file) && Files.getOwner(file).equals(Files.getOwner(at))) {
        Files.writeString(file, NEW);
      }
    }
  },

  LINK_POLICY {
    @Override
    public String inPlace() {
      return "f";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Opening theirs = OpenOperation.theirs(at, Opening.write());
      try (OpenFile file = LinkPolicy.strict().open(Path.of(at.path(), "f"), theirs)) {
        OpenOperation.write(file);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("f");
      if (!Files.isSymbolicLink(file)) {
        Files.writeString(file, NEW);
      }
    }
  },

  LINK_POLICY_CREATE {
    @Override
    public boolean isForSharedDirectories() {
      return true;
    }

    @Override
    public String mayBeThere() {
      return "new f600";
    }

    @Override
    public String inPlace() {
      return "new";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Path name = Path.of(at.path(), "new");
      Opening mine = Opening.write().ownedByMe().singleLink();
      try (OpenFile file = LinkPolicy.strict().openOrCreate(name, mine, 0600)) {
        OpenOperation.write(file);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      if (!Files.isSymbolicLink(at.resolve("new"))) {
        Files.writeString(at.resolve("new"), NEW);
      }
    }
  },

  AS_USER {
    @Override
    public String inPlace() {
      return "d/f";
    }

    @Override
    public void holdfast(Directory at) throws Exception {
      try (AsUser user = AsUser.named("nobody");
          OpenFile file = user.open(Path.of(at.path(), "d", "f"), Opening.write())) {
        OpenOperation.write(file);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      if (Files.getOwner(file).equals(Files.getOwner(at))) {
        Files.writeString(file, NEW);
      }
    }
  };
}
