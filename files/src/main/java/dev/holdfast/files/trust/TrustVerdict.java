package dev.holdfast.files.trust;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Trust} found, with the descriptors it was found on.
 *
 * <p><b>Guarantees.</b> {@link #open} opens the object that was judged, and no other. <b>Remaining
 * races.</b> Rights may have been changed since: {@link #unchanged} asks the descriptors again.
 * <b>Threads.</b> Safe for all.
 */
public final class TrustVerdict implements AutoCloseable {
  private final String path;
  private final List<TrustComponent> components;
  private final List<OwnedFd> pinned;
  private final @Nullable OwnedFd object;
  private final List<TrustReason> absent;

  TrustVerdict(
      String path,
      List<TrustComponent> components,
      List<OwnedFd> pinned,
      @Nullable OwnedFd object,
      List<TrustReason> absent) {
    this.path = path;
    this.components = List.copyOf(components);
    this.pinned = List.copyOf(pinned);
    this.object = object;
    this.absent = List.copyOf(absent);
  }

  /** The absolute path that was asked about. */
  public String path() {
    return path;
  }

  /**
   * The absolute path that was asked about, for programs that take only paths; what it leads to may
   * be another object by now.
   */
  public Path toPath() {
    return FileName.pathOf(path);
  }

  /** Every component, in the order in which it was come by. */
  public List<TrustComponent> components() {
    return components;
  }

  /** Whether the object is there. If not, the last component is where its way ends. */
  public boolean exists() {
    return object != null;
  }

  public boolean trusted() {
    return reasons().isEmpty();
  }

  /** Why it cannot be trusted, from the root down. */
  public List<TrustReason> reasons() {
    List<TrustReason> reasons = new ArrayList<>();
    for (TrustComponent component : components) {
      reasons.addAll(component.reasons());
    }
    reasons.addAll(absent);
    return reasons;
  }

  /** What is against a name that is not there; empty if it is there. */
  public List<TrustReason> absentReasons() {
    return absent;
  }

  /**
   * Insists on it.
   *
   * @throws UnsafePathException with the first reason, if it is not trusted
   */
  public void requireTrusted() throws UnsafePathException {
    for (TrustComponent component : components) {
      if (!component.trusted()) {
        throw refused(component.path(), component.reasons().getFirst());
      }
    }
    if (!absent.isEmpty()) {
      throw refused(path, absent.getFirst());
    }
  }

  private UnsafePathException refused(String where, TrustReason reason) {
    return new UnsafePathException(
        path,
        "cannot be trusted: at " + where + ", " + reason.who() + " could " + reason.could(),
        reason.kind().row(),
        null);
  }

  /** Whether owner and mode of every component are still what was judged. */
  public boolean unchanged() throws IOException {
    for (int i = 0; i < components.size(); i++) {
      OwnedFd fd = pinned.get(i);
      try (OwnedFd.Use use = fd.use()) {
        Result<Statx> now = Statx.fstat(use.fd());
        Statx then = CORE.statx(components.get(i).stat());
        if (now.failed()
            || now.value().uid() != then.uid()
            || now.value().gid() != then.gid()
            || now.value().mode() != then.mode()
            || now.value().nlink() == 0) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Opens the judged object itself. Needs /proc.
   *
   * @throws java.nio.file.NoSuchFileException if it was not there
   * @throws UnsafePathException if it is not what the opening asks for
   */
  public OpenFile open(Opening opening) throws IOException {
    OwnedFd fd = object;
    if (fd == null) {
      throw new NoSuchFileException(path);
    }
    try (OwnedFd.Use use = fd.use()) {
      return CORE.openHeld(use.fd(), null, path, opening);
    }
  }

  /** Lets the pinned descriptors go. */
  @Override
  public void close() throws IOException {
    for (OwnedFd fd : pinned) {
      fd.close();
    }
  }
}
