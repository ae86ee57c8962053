package dev.holdfast.path.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MountsTest {
  @Test
  void mountLinesAreRead() {
    Mounts.Mount mount =
        Mounts.parse(
            "42 1 0:39 / /mnt/a\\040b rw,nosuid shared:7 - fuse.sshfs me@host:/ rw,user_id=1000");
    assertEquals("/mnt/a b", mount.point());
    assertEquals(Integer.valueOf(1000), mount.number("user_id"));
    assertTrue(mount.has("nosuid") && mount.isFuse() && mount.isRemote());
  }
}
