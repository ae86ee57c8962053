package dev.holdfast.cli.lock;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.LockChoice;
import dev.holdfast.locks.LockSet;
import dev.holdfast.locks.Locks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is asked for, and who has it. */
interface Wanted {
  String name();

  Optional<List<Held>> tryAcquire() throws IOException;

  /**
   * Waits for it.
   *
   * @param patience null for ever
   */
  Optional<List<Held>> acquire(@Nullable Duration patience)
      throws IOException, InterruptedException;

  List<Holder> holders() throws IOException;

  /** All of them. */
  static Wanted all(List<String> names, LockSet set) {
    return new Wanted() {
      @Override
      public String name() {
        return String.join(", ", names);
      }

      @Override
      public Optional<List<Held>> tryAcquire() throws IOException {
        return set.tryAcquire().map(HeldSet::all);
      }

      @Override
      public Optional<List<Held>> acquire(@Nullable Duration patience)
          throws IOException, InterruptedException {
        if (patience == null) {
          return Optional.of(set.acquire().all());
        }
        return set.attempt(patience) instanceof LockSet.Result.Acquired(HeldSet held)
            ? Optional.of(held.all())
            : Optional.empty();
      }

      @Override
      public List<Holder> holders() throws IOException {
        List<Holder> holders = new ArrayList<>();
        for (HostLock lock : set.inOrder()) {
          holders.addAll(lock.holders());
        }
        return holders;
      }
    };
  }

  /** One of the first bytes at the beginning of a file. */
  static Wanted oneOf(String name, HostLock whole, int slots) {
    List<HostLock> bytes = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      bytes.add(whole.range(i, 1));
    }
    LockChoice choice = Locks.anyOf(bytes);
    return new Wanted() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Optional<List<Held>> tryAcquire() throws IOException {
        return choice.tryAcquire().map(List::of);
      }

      @Override
      public Optional<List<Held>> acquire(@Nullable Duration patience)
          throws IOException, InterruptedException {
        return patience == null
            ? Optional.of(List.of(choice.acquire()))
            : choice.tryAcquire(patience).map(List::of);
      }

      @Override
      public List<Holder> holders() throws IOException {
        return whole.range(0, slots).holders();
      }
    };
  }
}
