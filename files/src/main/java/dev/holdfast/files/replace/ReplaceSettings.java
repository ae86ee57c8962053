package dev.holdfast.files.replace;

import dev.holdfast.files.FileIdentity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What an {@link AtomicReplace} is to do. Immutable: each {@code with…} answers a changed copy. */
final class ReplaceSettings {
  static final int UNSET = -1;

  static final ReplaceSettings DEFAULT = new ReplaceSettings();

  private int mode = UNSET;
  private int uid = UNSET;
  private int gid = UNSET;
  private boolean keep = true;
  private int newMode = 0600;
  private int umask = UNSET;
  private boolean lenient;
  private boolean noReplace;
  private boolean replaceLink;
  private Map<String, byte[]> xattrs = Map.of();
  private Durability durability = Durability.FILE;
  private @Nullable FileIdentity expected;
  private boolean locked;
  private Consumer<List<String>> onLost = _ -> {};

  private ReplaceSettings() {}

  private ReplaceSettings copy() {
    ReplaceSettings copy = new ReplaceSettings();
    copy.mode = mode;
    copy.uid = uid;
    copy.gid = gid;
    copy.keep = keep;
    copy.newMode = newMode;
    copy.umask = umask;
    copy.lenient = lenient;
    copy.noReplace = noReplace;
    copy.replaceLink = replaceLink;
    copy.xattrs = xattrs;
    copy.durability = durability;
    copy.expected = expected;
    copy.locked = locked;
    copy.onLost = onLost;
    return copy;
  }

  /** The new file's; {@link #UNSET} for none, and likewise uid and gid. */
  int mode() {
    return mode;
  }

  int uid() {
    return uid;
  }

  int gid() {
    return gid;
  }

  /** What is unset is to be as the old file has it. */
  boolean keep() {
    return keep;
  }

  /** That of a file which replaces none, unless there is a mode for all. */
  int newMode() {
    return newMode;
  }

  /** If set, a file that replaces none gets the mode that open(2) would give it. */
  int umask() {
    return umask;
  }

  /** What cannot be kept is left, and told. */
  boolean lenient() {
    return lenient;
  }

  boolean noReplace() {
    return noReplace;
  }

  boolean replaceLink() {
    return replaceLink;
  }

  Map<String, byte[]> xattrs() {
    return xattrs;
  }

  Durability durability() {
    return durability;
  }

  /** Replace only this object. */
  @Nullable FileIdentity expected() {
    return expected;
  }

  /** The caller holds the lock on that object. */
  boolean locked() {
    return locked;
  }

  /** Who is told what the new file has not got. */
  Consumer<List<String>> onLost() {
    return onLost;
  }

  ReplaceSettings withOnLost(Consumer<List<String>> told) {
    ReplaceSettings copy = copy();
    copy.onLost = told;
    return copy;
  }

  ReplaceSettings withMode(int ofAll) {
    ReplaceSettings copy = withNewMode(ofAll);
    copy.mode = ofAll;
    return copy;
  }

  ReplaceSettings withOwner(int newUid, int newGid) {
    ReplaceSettings copy = copy();
    copy.uid = newUid;
    copy.gid = newGid;
    return copy;
  }

  ReplaceSettings withKeep(boolean newKeep) {
    ReplaceSettings copy = copy();
    copy.keep = newKeep;
    return copy;
  }

  ReplaceSettings withNewMode(int ofNew) {
    ReplaceSettings copy = copy();
    copy.newMode = ofNew;
    copy.umask = UNSET;
    return copy;
  }

  ReplaceSettings withUmask(int ofCaller) {
    ReplaceSettings copy = copy();
    copy.umask = ofCaller;
    return copy;
  }

  ReplaceSettings withLenient() {
    ReplaceSettings copy = copy();
    copy.lenient = true;
    return copy;
  }

  ReplaceSettings withNoReplace() {
    ReplaceSettings copy = copy();
    copy.noReplace = true;
    return copy;
  }

  ReplaceSettings withReplaceLink() {
    ReplaceSettings copy = copy();
    copy.replaceLink = true;
    return copy;
  }

  ReplaceSettings withXattr(String attribute, byte[] value) {
    ReplaceSettings copy = copy();
    copy.xattrs = new TreeMap<>(xattrs);
    copy.xattrs.put(attribute, value.clone());
    return copy;
  }

  ReplaceSettings withDurability(Durability newDurability) {
    ReplaceSettings copy = copy();
    copy.durability = newDurability;
    return copy;
  }

  ReplaceSettings withExpected(FileIdentity identity, boolean alreadyLocked) {
    ReplaceSettings copy = copy();
    copy.expected = identity;
    copy.locked = alreadyLocked;
    return copy;
  }
}
