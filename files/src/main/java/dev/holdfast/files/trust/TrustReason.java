package dev.holdfast.files.trust;

import dev.holdfast.catalogue.Row;

/**
 * Why a component cannot be trusted.
 *
 * @param kind the rule
 * @param who could do it, such as {@code uid 1000 (alice)}
 * @param could what they could do
 */
public record TrustReason(Kind kind, String who, String could) {
  /** The rules, each with the hazard of the catalogue it belongs to. */
  public enum Kind {
    /** The owner is somebody else. */
    OWNER(Row.S13),
    /** The group may write, and somebody else is in it. */
    GROUP(Row.S13),
    /** The group may write, and who is in it cannot be known for sure. */
    GROUP_UNKNOWN(Row.S13),
    /** Everybody may write. */
    OTHERS(Row.S13),
    /** An entry of the access control list lets somebody else write. */
    ACL(Row.S13),
    /** The access control list could not be read. */
    ACL_UNKNOWN(Row.S13),
    /** In a shared directory, the entry belongs to somebody else. */
    SHARED_ENTRY(Row.S05),
    /** In a shared directory, nothing of the name is there: whoever comes first makes it. */
    SHARED_ABSENT(Row.S05),
    /** In a shared directory, the file has other names: the entry may be somebody's link to it. */
    SHARED_HARD_LINK(Row.S12),
    /** Somebody else runs the file system. */
    MOUNT(Row.S13),
    /** A server decides who may do what: what it says of an owner proves nothing here. */
    SERVER(Row.S13),
    /** The file has other names, through which others may come to it. */
    HARD_LINK(Row.S12);

    private final Row row;

    Kind(Row row) {
      this.row = row;
    }

    public Row row() {
      return row;
    }
  }

  @Override
  public String toString() {
    return who + " could " + could + " [" + kind.row() + "]";
  }
}
