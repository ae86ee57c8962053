package dev.holdfast.lab.victim.files;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import java.io.IOException;
import java.nio.file.Path;

/** S12 with Holdfast: {@code SingleLinkThenChown UID FILE}. */
final class SingleLinkThenChown {
  private SingleLinkThenChown() {}

  private static final int KEEP = -1;

  public static void main(String[] args) throws IOException {
    Opening opening = Opening.read().ownedByMe().singleLink();
    try (OpenFile file = OpenFile.open(Path.of(args[1]), opening)) {
      file.chown(Integer.parseUnsignedInt(args[0]), KEEP);
    }
  }
}
