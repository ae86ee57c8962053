import org.fusesource.hawtjni.runtime.Library;

/** CVE-2013-2035: the native library is unpacked under a name that can be foretold, and loaded. */
public final class HawtLoad {
  public static void main(String[] args) {
    new Library("sample", HawtLoad.class).load();
  }
}
