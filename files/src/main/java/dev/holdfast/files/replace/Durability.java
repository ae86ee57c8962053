package dev.holdfast.files.replace;

/** What must be on the disk before an operation returns. Each step costs what the disk costs. */
public enum Durability {
  /** Nothing: after a crash of the machine the name may be old, new, or lead to an empty file. */
  NONE,
  /** The contents, before they get the name: after a crash the file is wholly old or wholly new. */
  FILE,
  /** The name too: after a crash it is new. */
  FILE_AND_DIRECTORY
}
