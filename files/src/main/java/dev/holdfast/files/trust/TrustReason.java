package dev.holdfast.files.trust;

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
    OWNER("S13"),
    /** The group may write, and somebody else is in it. */
    GROUP("S13"),
    /** The group may write, and who is in it cannot be known for sure. */
    GROUP_UNKNOWN("S13"),
    /** Everybody may write. */
    OTHERS("S13"),
    /** An entry of the access control list lets somebody else write. */
    ACL("S13"),
    /** The access control list could not be read. */
    ACL_UNKNOWN("S13"),
    /** In a shared directory, the entry belongs to somebody else. */
    SHARED_ENTRY("S05"),
    /** In a shared directory, nothing of the name is there: whoever comes first makes it. */
    SHARED_ABSENT("S05"),
    /** In a shared directory, the file has other names: the entry may be somebody's link to it. */
    SHARED_HARD_LINK("S12"),
    /** Somebody else runs the file system. */
    MOUNT("S13"),
    /** A server decides who may do what: what it says of an owner proves nothing here. */
    SERVER("S13"),
    /** The file has other names, through which others may come to it. */
    HARD_LINK("S12");

    private final String catalogueId;

    Kind(String catalogueId) {
      this.catalogueId = catalogueId;
    }

    public String catalogueId() {
      return catalogueId;
    }
  }

  @Override
  public String toString() {
    return who + " could " + could + " [" + kind.catalogueId() + "]";
  }
}
