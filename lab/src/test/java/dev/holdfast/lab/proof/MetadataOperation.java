package dev.holdfast.lab.proof;

import dev.holdfast.files.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;

/** Metadata by name, below a held directory. */
enum MetadataOperation implements Operation {
  CHMOD {
    @Override
    public String mayBeThere() {
      return "d/f f666|d d711";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.chmod("d/f", 0666);
      try (Directory d = at.openDirectory("d")) {
        d.chmod(0711);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.setPosixFilePermissions(
          at.resolve("d/f"), PosixFilePermissions.fromString("rw-rw-rw-"));
    }
  },

  CHOWN {
    @Override
    public void holdfast(Directory at) throws IOException {
      at.chown("d/f", 2, 2);
      at.chown("d/l", 2, 2);
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.setAttribute(at.resolve("d/f"), "unix:uid", 2, LinkOption.NOFOLLOW_LINKS);
    }
  },

  TIMES {
    @Override
    public Usual loses() {
      // The times of a protected file alone are none that the prover calls a gain.
      return Usual.NONE;
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.setTimes("d/f", FileTime.fromMillis(1000), FileTime.fromMillis(2000));
    }
  },

  XATTRS {
    @Override
    public Usual loses() {
      // A change of an attribute of the user's own is none that the prover calls a gain.
      return Usual.NONE;
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.setXattr("d/f", "user.holdfast", new byte[] {1});
      at.xattrs("d/f");
      at.xattr("d/f", "user.holdfast");
      at.removeXattr("d/f", "user.holdfast");
    }
  };
}
