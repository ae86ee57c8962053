package dev.holdfast.files.replace;

import dev.holdfast.files.FileIdentity;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link AtomicReplace} is to do.
 *
 * @param mode the new file's, or {@link #UNSET}; likewise uid and gid
 * @param keep what is unset is to be as the old file has it
 * @param newMode that of a file which replaces none, unless there is a mode for all
 * @param lenient what cannot be kept is left, and told
 * @param expected replace only this object
 * @param locked whether the caller holds the lock on that object
 */
record ReplaceSettings(
    int mode,
    int uid,
    int gid,
    boolean keep,
    int newMode,
    boolean lenient,
    boolean noReplace,
    boolean replaceLink,
    Map<String, byte[]> xattrs,
    Durability durability,
    @Nullable FileIdentity expected,
    boolean locked) {
  static final int UNSET = -1;

  static final ReplaceSettings DEFAULT =
      new ReplaceSettings(
          UNSET,
          UNSET,
          UNSET,
          true,
          0600,
          false,
          false,
          false,
          Map.of(),
          Durability.FILE,
          null,
          false);

  ReplaceSettings withMode(int newMode) {
    return new ReplaceSettings(
        newMode,
        uid,
        gid,
        keep,
        newMode,
        lenient,
        noReplace,
        replaceLink,
        xattrs,
        durability,
        expected,
        locked);
  }

  ReplaceSettings withOwner(int newUid, int newGid) {
    return new ReplaceSettings(
        mode,
        newUid,
        newGid,
        keep,
        newMode,
        lenient,
        noReplace,
        replaceLink,
        xattrs,
        durability,
        expected,
        locked);
  }

  ReplaceSettings withKeep(boolean newKeep) {
    return new ReplaceSettings(
        mode,
        uid,
        gid,
        newKeep,
        newMode,
        lenient,
        noReplace,
        replaceLink,
        xattrs,
        durability,
        expected,
        locked);
  }

  ReplaceSettings withNewMode(int ofNew) {
    return new ReplaceSettings(
        mode,
        uid,
        gid,
        keep,
        ofNew,
        lenient,
        noReplace,
        replaceLink,
        xattrs,
        durability,
        expected,
        locked);
  }

  ReplaceSettings withLenient() {
    return new ReplaceSettings(
        mode,
        uid,
        gid,
        keep,
        newMode,
        true,
        noReplace,
        replaceLink,
        xattrs,
        durability,
        expected,
        locked);
  }

  ReplaceSettings withNoReplace() {
    return new ReplaceSettings(
        mode,
        uid,
        gid,
        keep,
        newMode,
        lenient,
        true,
        replaceLink,
        xattrs,
        durability,
        expected,
        locked);
  }

  ReplaceSettings withReplaceLink() {
    return new ReplaceSettings(
        mode,
        uid,
        gid,
        keep,
        newMode,
        lenient,
        noReplace,
        true,
        xattrs,
        durability,
        expected,
        locked);
  }

  ReplaceSettings withXattr(String attribute, byte[] value) {
    Map<String, byte[]> more = new TreeMap<>(xattrs);
    more.put(attribute, value.clone());
    return new ReplaceSettings(
        mode,
        uid,
        gid,
        keep,
        newMode,
        lenient,
        noReplace,
        replaceLink,
        more,
        durability,
        expected,
        locked);
  }

  ReplaceSettings withDurability(Durability newDurability) {
    return new ReplaceSettings(
        mode,
        uid,
        gid,
        keep,
        newMode,
        lenient,
        noReplace,
        replaceLink,
        xattrs,
        newDurability,
        expected,
        locked);
  }

  ReplaceSettings withExpected(FileIdentity identity, boolean alreadyLocked) {
    return new ReplaceSettings(
        mode,
        uid,
        gid,
        keep,
        newMode,
        lenient,
        noReplace,
        replaceLink,
        xattrs,
        durability,
        identity,
        alreadyLocked);
  }
}
