package dev.holdfast.lab.victim.files;

import dev.holdfast.files.host.UnlinkedFile;
import dev.holdfast.files.host.UnlinkedFiles;
import java.io.IOException;

/** S20 with Holdfast: what {@code holdfast unlinked} shows. */
final class SeeUnlinked {
  private SeeUnlinked() {}

  public static void main(String[] args) throws IOException {
    for (UnlinkedFile file : UnlinkedFiles.find().files()) {
      for (UnlinkedFile.Holder holder : file.holders()) {
        System.out.printf(
            "%d bytes of user %d, held by process %d (%s): %s%n",
            file.bytes(), file.uid(), holder.pid(), holder.command(), file.name());
      }
    }
  }
}
