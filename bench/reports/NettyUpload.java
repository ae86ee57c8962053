import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.multipart.DiskFileUpload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** CVE-2021-21290: everybody may read an upload that went to the disk. */
public final class NettyUpload {
  public static void main(String[] args) throws Exception {
    byte[] key = Files.readAllBytes(Path.of(args[0]));
    DiskFileUpload upload =
        new DiskFileUpload("f", "key", "text/plain", "binary", StandardCharsets.UTF_8, key.length);
    upload.setContent(Unpooled.wrappedBuffer(key));
  }
}
