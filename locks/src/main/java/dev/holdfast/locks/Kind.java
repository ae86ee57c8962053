package dev.holdfast.locks;

/** The kinds of lock, in the order in which a set takes them. */
public enum Kind {
  OFD("open-file-description lock", "ofd"),
  POSIX("POSIX record lock", "posix"),
  FLOCK("BSD flock", "flock"),
  FILE("exclusive lock file", "file"),
  NFS("NFS-safe lock file", "nfs"),
  PID_FILE("PID file", "pid"),
  DEVICE("device lock", "device"),
  MAIL("mail dot lock", "mail"),
  PORT("port", "port"),
  SOCKET("abstract socket", "socket"),
  MEMORY("lock in shared memory", "memory"),
  ZOOKEEPER("ZooKeeper lock", "zookeeper"),
  POSTGRESQL("PostgreSQL advisory lock", "postgresql");

  /** What people call it. */
  public final String title;

  /** What the command line calls it. */
  public final String word;

  Kind(String title, String word) {
    this.title = title;
    this.word = word;
  }
}
