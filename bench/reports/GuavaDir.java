import com.google.common.io.Files;
import java.io.File;
import java.nio.file.Path;

/** CVE-2020-8908: everybody may look into the temporary directory. */
public final class GuavaDir {
  public static void main(String[] args) throws Exception {
    File directory = Files.createTempDir();
    byte[] key = java.nio.file.Files.readAllBytes(Path.of(args[0]));
    Files.write(key, new File(directory, "copy"));
  }
}
