import com.sun.jna.Native;

/** The native library is unpacked below a name that can be foretold, and loaded from there. */
public final class JnaLoad {
  public static void main(String[] args) {
    System.out.println(Native.POINTER_SIZE);
  }
}
