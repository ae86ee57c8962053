package dev.holdfast.prove.schedule.footprint;

import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import dev.holdfast.prove.schedule.footprint.ObjectNames.Found;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One footprint in the making. */
final class FootprintBuilder {
  private final String call;
  private final Effect effect;
  private final List<String> about = new ArrayList<>();
  private final Set<String> reads = new HashSet<>();
  private final Set<String> writes = new HashSet<>();
  private String detail = "";

  FootprintBuilder(String call, Effect effect) {
    this.call = call;
    this.effect = effect;
  }

  FootprintBuilder(Footprint like) {
    this(like.call(), like.effect());
    about.addAll(like.names());
    reads.addAll(like.reads());
    writes.addAll(like.writes());
    detail = like.detail();
  }

  FootprintBuilder about(String path) {
    about.add(ObjectNames.forPeople(path));
    return this;
  }

  FootprintBuilder detail(String text) {
    detail = text;
    return this;
  }

  /** What was looked up on the way, and whether that was allowed. */
  FootprintBuilder way(Found found) {
    found.way().forEach(each -> read("n:" + each).read("m:" + each));
    return this;
  }

  /** The bytes of a file are changed where they are, so that who has mapped it sees that. */
  FootprintBuilder bytes(String path) {
    return write("c:" + path).write("b:" + path);
  }

  FootprintBuilder writeIf(boolean condition, String key) {
    return condition ? write(key) : this;
  }

  FootprintBuilder read(String key) {
    reads.add(key);
    return this;
  }

  FootprintBuilder write(String key) {
    writes.add(key);
    return this;
  }

  /** An entry comes, goes or changes. */
  FootprintBuilder entry(String path) {
    return write("n:" + path).write("d:" + Raw.parent(path));
  }

  /** Another object is found by this name from now on. */
  FootprintBuilder moved(String path) {
    return write("c:" + path).write("m:" + path).write("l:" + path);
  }

  FootprintBuilder locks(String path) {
    return about(path).write("l:" + path);
  }

  Footprint build() {
    return new Footprint(call, List.copyOf(about), detail, effect, reads, writes);
  }

  @Nullable Footprint buildOrNull() {
    return reads.isEmpty() && writes.isEmpty() ? null : build();
  }
}
