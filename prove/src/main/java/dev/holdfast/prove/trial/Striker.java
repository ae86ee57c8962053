package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.payload.Reader;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.plan.NamesBelow;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.Words;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Does what the attacker would do, with the attacker's identity: every change of a name is made by
 * it. What only prepares the canaries is done before, with the world's own rights.
 *
 * <p>Threads: the thread of one world.
 */
final class Striker {
  private static final String AWAY = ".holdfast-strike";

  /** What is added to that for what a link of the attacker's leads to. */
  private static final String OWN = "-own";

  private static final String UP = "../";
  private static final int MOST_UP = 16;
  private static final byte[] NOTHING = {};

  /** Of a directory's files so many are watched. */
  private static final int MOST_HELD = 64;

  /** In seconds since 1970: some time in 1990. */
  private static final long LONG_AGO = 640_000_000;

  private static final int MOST_NAMED = 1 << 20;

  private final Attacker attacker;

  /** How many there were: what one has put aside stays there. */
  private int strikes;

  private boolean keepsOriginal;

  /** How the last strike can be taken back; null if it cannot. */
  private @Nullable Back back;

  private final Vault vault;
  private final Set<String> guardsSet;
  private final List<Planted> planted = new ArrayList<>();

  /**
   * A file of the attacker's that it put into the entry's place, and holds open.
   *
   * @param content what it wrote to it
   * @param below its name in the directory that was put there, raw; empty for the file itself
   */
  record Planted(int fd, byte[] content, String below) {}

  /**
   * What stands at a name, and what stood there.
   *
   * @param aside where that is now; nothing if there was nothing
   * @param flags of renameat2
   */
  private record Back(String path, String aside, boolean wasThere, int flags) {}

  /**
   * @param guardsSet the kernel guards that are in force here
   */
  Striker(Attacker attacker, Vault vault, Set<String> guardsSet) {
    this.attacker = attacker;
    this.vault = vault;
    this.guardsSet = guardsSet;
  }

  /** From now on what is replaced is put aside, so that it can be put back. */
  void keepOriginal() {
    keepsOriginal = true;
  }

  /** Puts back what the last strike replaced; says in the outcome if that failed. */
  void takeBack(Outcome outcome) {
    Back last = back;
    if (last == null) {
      return;
    }
    back = null;
    byte[] aside = Raw.bytes(last.aside());
    byte[] path = Raw.bytes(last.path());
    SyscallResult result =
        attacker.act(
            () ->
                last.wasThere()
                    ? Unistd.renameat2(AT_FDCWD, aside, AT_FDCWD, path, last.flags())
                    : Unistd.renameat2(AT_FDCWD, path, AT_FDCWD, aside, Unistd.RENAME_NOREPLACE));
    if (result.failed()) {
      outcome.evidence.add("the attacker could not take it back: " + result);
    }
  }

  /**
   * Performs a strike that changes a name; says in the outcome what came of it.
   *
   * @param move by which it is made: who will find it, and what stopped it there
   */
  void strike(Strike strike, Binding binding, Move move, Outcome outcome)
      throws FileSystemException {
    List<String> command = move.call().command();
    String aside = Raw.join(binding.directory(), AWAY + (strikes == 0 ? "" : "-" + strikes));
    strikes++;
    SyscallResult result =
        switch (strike) {
          case SYMLINK -> replaceByLink(Vault.SECRET, aside, binding);
          case SYMLINK_DANGLING -> replaceByLink(Vault.ABSENT, aside, binding);
          case SYMLINK_DIRECTORY, SYMLINK_DIRECTORY_OTHER -> {
            vault.mirror(binding.path(), move.below());
            yield replaceByLink(Vault.MIRROR, aside, binding);
          }
          case SYMLINK_OWN -> {
            String own = aside + OWN;
            SyscallResult made = makeLike(own, binding, move);
            yield made.failed() ? made : replaceByLink(own, aside, binding);
          }
          case HARDLINK -> hardlink(aside, binding);
          case FIFO ->
              attacker.act(
                  () -> {
                    byte[] name = Raw.bytes(aside);
                    SyscallResult made = Unistd.mknodat(AT_FDCWD, name, Statx.S_IFIFO | 0666, 0);
                    Unistd.fchmodat(AT_FDCWD, name, 0666);
                    return made.failed() ? made : replace(aside, binding);
                  });
          case CONTENT -> {
            byte[] content = content(binding.directory(), binding.entry(), command);
            yield attacker.act(
                () -> {
                  SyscallResult made = plant(aside, "", content);
                  return made.failed() ? made : replace(aside, binding);
                });
          }
          case NAMED -> {
            String program = aside + OWN;
            byte[] runs = content(binding.directory(), AWAY, List.of());
            vault.mirror(binding.directory(), NamesBelow.NONE);
            String now = Raw.of(Contents.read(AT_FDCWD, Raw.bytes(binding.path()), MOST_NAMED));
            String words =
                move.words().with(now, Vault.SECRET, Vault.ABSENT, Vault.MIRROR, program);
            String names = move.words().settings() ? vault.settings(words) : words;
            yield attacker.act(
                () -> {
                  plant(program, "", runs);
                  SyscallResult made = plant(aside, "", Raw.bytes(names));
                  return made.failed() ? made : replace(aside, binding);
                });
          }
          case NAMED_OWN -> {
            SyscallResult made = nameOwn(aside, binding, move);
            yield made.failed() ? made : attacker.act(() -> replace(aside, binding));
          }
          case FILE -> {
            byte[] content = content(binding.directory(), binding.entry(), command);
            yield attacker.act(
                () -> {
                  SyscallResult made = plant(aside, "", content);
                  Unistd.fchmodat(AT_FDCWD, Raw.bytes(aside), 0666);
                  return made.failed() ? made : replace(aside, binding);
                });
          }
          case DIRECTORY -> {
            SyscallResult made =
                attacker.act(
                    () -> {
                      SyscallResult first = makeOpen(aside);
                      move.below().missing().forEach(below -> makeOpenBelow(aside, below));
                      return first;
                    });
            if (made.ok() && binding.object() == null && move.call().operation().lists()) {
              addNames(aside, move);
            }
            yield made.failed() ? made : attacker.act(() -> replaceByDirectory(aside, binding));
          }
          case NAMES -> addNames(binding.directory(), move);
          case WORDS -> addWords(binding.directory());
          case EXCHANGE -> {
            boolean carried = binding.last() && move.call().carriesOut(binding);
            List<Lookalike.Entry> like =
                new Lookalike(vault, attacker, command, carried).of(binding.path(), move.below());
            SyscallResult made = attacker.act(() -> makeDirectory(aside, like));
            yield made.failed() ? made : attacker.act(() -> replaceByDirectory(aside, binding));
          }
          case LINKS -> {
            vault.mirror(binding.path(), move.below());
            List<Lookalike.Entry> links =
                new Lookalike(vault, attacker, command, true).links(binding.path(), move.below());
            SyscallResult made = attacker.act(() -> makeDirectory(aside, links));
            yield made.failed() ? made : attacker.act(() -> replaceByDirectory(aside, binding));
          }
          case REMOVE ->
              attacker.act(
                  () ->
                      Unistd.renameat2(
                          AT_FDCWD, Raw.bytes(binding.path()), AT_FDCWD, Raw.bytes(aside), 0));
          case HOLD_OPEN, LEAVE, READ, KILL, COPY, RIVAL ->
              throw new IllegalArgumentException(strike + " changes no name");
        };
    if (keepsOriginal && result.ok() && !strike.adds()) {
      int flags = strike == Strike.REMOVE ? Unistd.RENAME_NOREPLACE : Unistd.RENAME_EXCHANGE;
      back = new Back(binding.path(), aside, binding.object() != null, flags);
    }
    if (result.ok() || (strike.adds() && result.is(Errno.EEXIST))) {
      // Names that are there already, by an earlier move, are as good as new ones.
      outcome.struck = Outcome.Struck.DONE;
      outcome.pastGuard =
          strike == Strike.HARDLINK && guardsSet.contains(Guards.PROTECTED_HARDLINKS);
    } else {
      outcome.struck = Outcome.Struck.FAILED;
      outcome.evidence.add("the attacker could not do it: " + result);
    }
  }

  private SyscallResult replaceByLink(String target, String aside, Binding binding) {
    byte[] spelled = Raw.bytes(asThere(target, binding));
    return attacker.act(
        () -> {
          SyscallResult made = Unistd.symlinkat(spelled, AT_FDCWD, Raw.bytes(aside));
          return made.failed() ? made : replace(aside, binding);
        });
  }

  /**
   * Where a relative link stands it is a relative one, which leads there from every directory:
   * whoever only reads it may put a directory of its own before.
   */
  private static String asThere(String target, Binding binding) {
    Statx object = binding.object();
    if (object == null || !object.isSymlink()) {
      return target;
    }
    Result<byte[]> link = Unistd.readlinkat(AT_FDCWD, Raw.bytes(binding.path()));
    boolean relative = link.ok() && !Raw.of(link.value()).startsWith("/");
    return relative ? UP.repeat(MOST_UP) + target.substring(1) : target;
  }

  /** A file that names others of the attacker's, each in a directory of its own. */
  private SyscallResult nameOwn(String aside, Binding binding, Move move) {
    Map<String, String> instead = new TreeMap<>();
    Map<String, byte[]> files = new TreeMap<>();
    for (String word : move.words().read()) {
      String name = word.substring(word.lastIndexOf('/') + 1);
      if (files.size() < MOST_HELD && !name.isEmpty()) {
        String directory = word.startsWith("/") ? Raw.parent(word) : binding.directory();
        String own = Raw.join(aside + OWN, files.size() + "/" + name);
        files.put(own, content(directory, name, move.call().command()));
        instead.put(word, Words.like(word, own));
      }
    }
    String now = Raw.of(Contents.read(AT_FDCWD, Raw.bytes(binding.path()), MOST_NAMED));
    byte[] names = Raw.bytes(Words.with(now, instead));
    return attacker.act(
        () -> {
          makeOpen(aside + OWN);
          for (Map.Entry<String, byte[]> file : files.entrySet()) {
            makeOpen(Raw.parent(file.getKey()));
            plant(file.getKey(), "", file.getValue());
          }
          return plant(aside, "", names);
        });
  }

  /** Something of the attacker's own that is like what a link leads to. */
  private SyscallResult makeLike(String own, Binding binding, Move move)
      throws FileSystemException {
    List<String> command = move.call().command();
    Result<Statx> there =
        Statx.statx(AT_FDCWD, Raw.bytes(binding.path()), 0, Statx.STATX_BASIC_STATS);
    if (there.ok() && there.value().isDirectory()) {
      List<Lookalike.Entry> like =
          new Lookalike(vault, attacker, command, false).of(binding.path(), move.below());
      return attacker.act(() -> makeDirectory(own, like));
    }
    byte[] content = content(binding.directory(), binding.entry(), command);
    return attacker.act(() -> plant(own, "", content));
  }

  /** Puts what was prepared aside into the entry's place, in one step. */
  private SyscallResult replace(String aside, Binding binding) {
    byte[] from = Raw.bytes(aside);
    byte[] to = Raw.bytes(binding.path());
    Statx object = binding.object();
    // Only an exchange puts anything but a directory in a directory's place.
    boolean exchanges = object != null && (keepsOriginal || object.isDirectory());
    int flags = exchanges ? Unistd.RENAME_EXCHANGE : 0;
    return Unistd.renameat2(AT_FDCWD, from, AT_FDCWD, to, flags);
  }

  /** Makes a directory that is open to everybody. */
  private static SyscallResult makeOpen(String path) {
    SyscallResult made = Unistd.mkdirat(AT_FDCWD, Raw.bytes(path), 0777);
    Unistd.fchmodat(AT_FDCWD, Raw.bytes(path), 0777);
    return made;
  }

  /** All that a name leads over, and itself. */
  private static void makeOpenBelow(String directory, String name) {
    String path = directory;
    for (String each : Raw.names(name)) {
      path = Raw.join(path, each);
      makeOpen(path);
    }
  }

  private static SyscallResult replaceByDirectory(String aside, Binding binding) {
    int flags = binding.object() == null ? 0 : Unistd.RENAME_EXCHANGE;
    return Unistd.renameat2(AT_FDCWD, Raw.bytes(aside), AT_FDCWD, Raw.bytes(binding.path()), flags);
  }

  /**
   * Links, and files. What only takes what stands in the attacker's directory along gains it
   * nothing: the files bear no mark.
   */
  private SyscallResult addNames(String directory, Move move) throws FileSystemException {
    Set<String> there = vault.regularFiles(directory).keySet();
    Map<String, String> links = new TreeMap<>();
    AddedNames.links(there, attacker.name()).forEach(name -> links.put(name, Vault.SECRET));
    vault.mirror(directory, NamesBelow.NONE);
    links.put(AddedNames.DIRECTORY, Vault.MIRROR);
    List<String> command = move.call().command();
    Map<String, byte[]> files = new TreeMap<>();
    List<String> names = new ArrayList<>(AddedNames.files(there));
    names.addAll(AddedNames.oldFiles(there));
    names.addAll(move.below().missing());
    for (String name : names) {
      files.put(name, vault.unmarkedContent(new Reader(name, NOTHING, command)));
    }
    files.put(AddedNames.EMPTY, NOTHING);
    return attacker.act(
        () -> {
          SyscallResult made = SyscallResult.failure(Errno.EEXIST);
          for (String own : AddedNames.DIRECTORIES) {
            String path = Raw.join(directory, own);
            SyscallResult one = makeOpen(path);
            write(Raw.join(path, AddedNames.EMPTY), NOTHING);
            age(one, own, Raw.bytes(path));
          }
          for (Map.Entry<String, String> link : links.entrySet()) {
            byte[] path = Raw.bytes(Raw.join(directory, Raw.fromText(link.getKey())));
            SyscallResult one = Unistd.symlinkat(Raw.bytes(link.getValue()), AT_FDCWD, path);
            made = one.ok() ? one : made;
            age(one, link.getKey(), path);
          }
          for (Map.Entry<String, byte[]> file : files.entrySet()) {
            String path = Raw.join(directory, file.getKey());
            SyscallResult one = write(path, file.getValue());
            age(one, file.getKey(), Raw.bytes(path));
            made = one.ok() ? one : made;
          }
          return made;
        });
  }

  /** Of these the files bear no mark either. */
  private SyscallResult addWords(String directory) {
    byte[] program = vault.unmarkedContent(new Reader(NamesAsWords.SCRIPT, NOTHING, List.of()));
    Map<String, byte[]> files = NamesAsWords.in(directory, program);
    return attacker.act(
        () -> {
          SyscallResult made = SyscallResult.failure(Errno.EEXIST);
          for (Map.Entry<String, byte[]> file : files.entrySet()) {
            String name = file.getKey();
            int parent = name.indexOf('/') < 0 ? 0 : name.lastIndexOf('/');
            makeOpenBelow(directory, name.substring(0, parent));
            String path = Raw.join(directory, name);
            SyscallResult one = write(path, file.getValue());
            age(one, name, Raw.bytes(path));
            made = one.ok() ? one : made;
          }
          return made;
        });
  }

  private static void age(SyscallResult made, String name, byte[] path) {
    if (made.ok() && AddedNames.isOld(name)) {
      Unistd.utimensat(AT_FDCWD, path, LONG_AGO, 0, LONG_AGO, 0, Fcntl.AT_SYMLINK_NOFOLLOW);
    }
  }

  private SyscallResult makeDirectory(String aside, List<Lookalike.Entry> like) {
    SyscallResult made = Unistd.mkdirat(AT_FDCWD, Raw.bytes(aside), 0755);
    Iterator<Lookalike.Entry> left = like.iterator();
    while (made.ok() && left.hasNext()) {
      Lookalike.Entry entry = left.next();
      String path = aside + "/" + entry.name();
      made =
          switch (entry) {
            case Lookalike.Folder _ -> Unistd.mkdirat(AT_FDCWD, Raw.bytes(path), 0755);
            case Lookalike.Link link -> Unistd.symlinkat(link.target(), AT_FDCWD, Raw.bytes(path));
            case Lookalike.Copy copy -> write(path, copy.content());
            case Lookalike.Planted planting ->
                planted.size() < MOST_HELD
                    ? plant(aside, planting.name(), planting.content())
                    : write(path, planting.content());
          };
    }
    return made;
  }

  private byte[] content(String directory, String name, List<String> command) {
    return vault.attackerContent(directory, name, command);
  }

  static SyscallResult write(String path, byte[] content) {
    int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL;
    SyscallResult fd = Fcntl.openat(AT_FDCWD, Raw.bytes(path), flags, 0755);
    if (fd.failed()) {
      return fd;
    }
    SyscallResult written = Unistd.write(fd.intValue(), content, 0, content.length);
    Unistd.close(fd.intValue());
    return written;
  }

  /** Makes files of the attacker's, open to everybody, and holds them. */
  SyscallResult leave(List<String> paths) {
    return attacker.act(
        () -> {
          SyscallResult made = SyscallResult.SUCCESS;
          for (String path : paths) {
            SyscallResult one = plant(path, "", new byte[] {'0', '\n'});
            Unistd.fchmodat(AT_FDCWD, Raw.bytes(path), 0666);
            made = one.failed() ? one : made;
          }
          return made;
        });
  }

  /** Held for reading only: what is open for writing cannot be run. */
  private SyscallResult plant(String place, String below, byte[] content) {
    String path = below.isEmpty() ? place : Raw.join(place, below);
    SyscallResult made = write(path, content);
    if (made.failed()) {
      return made;
    }
    SyscallResult fd = Fcntl.openat(AT_FDCWD, Raw.bytes(path), Fcntl.O_RDONLY, 0);
    if (fd.ok()) {
      planted.add(new Planted(fd.intValue(), content, below));
    }
    return fd;
  }

  /** What the attacker put there and holds open. */
  List<Planted> planted() {
    return List.copyOf(planted);
  }

  /** True of a file that the attacker put there and holds open. */
  boolean isPlanted(Result<Statx> file) {
    return file.ok() && planted.stream().anyMatch(p -> isSame(Statx.fstat(p.fd()), file.value()));
  }

  private static boolean isSame(Result<Statx> one, Statx other) {
    return one.ok()
        && one.value().device() == other.device()
        && one.value().inode() == other.inode();
  }

  void close() {
    planted.forEach(p -> Unistd.close(p.fd()));
    planted.clear();
  }

  /**
   * The vault cannot be entered by the attacker, as the directory of a real target often can; so
   * the link itself is made for the attacker, unless the kernel's guard would refuse it.
   */
  private SyscallResult hardlink(String aside, Binding binding) throws FileSystemException {
    String target = vault.linkable(binding.directory());
    SyscallResult linked =
        Unistd.linkat(AT_FDCWD, Raw.bytes(target), AT_FDCWD, Raw.bytes(aside), 0);
    return linked.failed() ? linked : attacker.act(() -> replace(aside, binding));
  }

  /** What the attacker can read of an object by its name; empty if nothing. */
  byte[] readable(String path, int limit) {
    return attacker.act(() -> Contents.read(AT_FDCWD, Raw.bytes(path), limit));
  }

  /**
   * Opens the object as the attacker, -1 if it may not.
   *
   * @param writing for writing, too, if it may
   */
  int holdOpen(String path, boolean writing, Outcome outcome) {
    int flags = Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_NOFOLLOW;
    int[] accesses =
        writing
            ? new int[] {Fcntl.O_RDWR, Fcntl.O_WRONLY, Fcntl.O_RDONLY}
            : new int[] {Fcntl.O_RDONLY};
    SyscallResult fd =
        attacker.act(
            () -> {
              SyscallResult opened = SyscallResult.failure(Errno.EACCES);
              for (int access : accesses) {
                opened = Fcntl.openat(AT_FDCWD, Raw.bytes(path), flags | access, 0);
                if (opened.ok()) {
                  break;
                }
              }
              return opened;
            });
    if (fd.failed()) {
      outcome.struck = Outcome.Struck.FAILED;
      outcome.evidence.add("the attacker could not open it: " + fd);
      return -1;
    }
    outcome.struck = Outcome.Struck.DONE;
    return fd.intValue();
  }

  /** The binding as it is before the victim starts; null if its directory is not there yet. */
  static @Nullable Binding beforehand(Binding later) {
    byte[] directory = Raw.bytes(later.directory());
    Result<Statx> stat = Statx.statx(AT_FDCWD, directory, 0, Statx.STATX_BASIC_STATS);
    if (stat.failed()) {
      return null;
    }
    Result<Statx> object =
        Statx.statx(
            AT_FDCWD, Raw.bytes(later.path()), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    return new Binding(
        later.operand(),
        later.index(),
        later.last(),
        later.directory(),
        later.entry(),
        stat.value(),
        object.ok() ? object.value() : null,
        later.leadsToObject(),
        later.kept());
  }
}
