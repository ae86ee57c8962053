import java.io.File;
import java.nio.file.Files;
import org.junit.rules.TemporaryFolder;

/**
 * CVE-2020-15250: the folder of the rule is a temporary file, removed, and made again as a
 * directory.
 */
public final class JUnitFolder {
  public static void main(String[] args) throws Exception {
    TemporaryFolder folder = new TemporaryFolder();
    folder.create();
    Files.writeString(new File(folder.getRoot(), "token.txt").toPath(), "the token");
    folder.delete();
  }
}
