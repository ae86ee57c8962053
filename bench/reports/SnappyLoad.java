import org.xerial.snappy.Snappy;

/** The native library is unpacked under a name that nobody can foretell: to be held. */
public final class SnappyLoad {
  public static void main(String[] args) throws Exception {
    System.out.println(Snappy.compress("hello").length);
  }
}
