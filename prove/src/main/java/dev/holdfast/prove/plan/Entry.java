package dev.holdfast.prove.plan;

import dev.holdfast.libc.Statx;
import dev.holdfast.prove.watch.Binding;

/** A name in a directory, whatever it means at the moment. */
record Entry(long device, long inode, String name) {
  static Entry of(Binding binding) {
    Statx directory = binding.directoryStat();
    return new Entry(directory.device(), directory.inode(), binding.entry());
  }
}
