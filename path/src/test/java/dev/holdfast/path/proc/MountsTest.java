package dev.holdfast.path.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.path.FileSystems;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MountsTest {
  @Test
  void mountLinesAreRead() {
    Mounts.Mount mount =
        Objects.requireNonNull(
            Mounts.parse(
                "42 1 0:39 / /mnt/a\\040b rw,nosuid shared:7 - fuse.sshfs me@host:/"
                    + " rw,user_id=1000"));
    assertEquals("/mnt/a b", mount.point());
    assertEquals(Integer.valueOf(1000), mount.number("user_id"));
    assertTrue(mount.has("nosuid") && mount.isFuse() && mount.isRemote());
  }

  @Test
  void theDeviceOfAMountIsReadAlone() throws IOException {
    Mounts.Mount one = Mounts.read().all().iterator().next();
    assertEquals(one.device(), Mounts.deviceOf(one.id()));
    assertNull(Mounts.deviceOf(Long.MAX_VALUE));
    assertNull(Mounts.parse("no mount"));
  }

  /** One table for both: a type by its name reaches as far as by its number. */
  @Test
  void fileSystemsAreKnownByTheirNameToo() {
    for (String far : List.of("nfs4", "cifs", "9p", "fuse.sshfs", "virtiofs", "vboxsf")) {
      assertTrue(FileSystems.ofType(far).isRemote(), far);
    }
    for (String near : List.of("ext4", "tmpfs", "xfs", "overlay", "fusectl", "new")) {
      assertFalse(FileSystems.ofType(near).isRemote(), near);
    }
  }
}
