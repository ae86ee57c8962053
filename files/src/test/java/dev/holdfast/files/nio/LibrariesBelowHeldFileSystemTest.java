package dev.holdfast.files.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.Host;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.FileRecords;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.utils.Utils;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.store.NativeFSLockFactory;
import org.apache.lucene.store.SimpleFSLockFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Libraries that are particular about files, themselves: on the default file system, which is the
 * control, and below a held directory.
 */
class LibrariesBelowHeldFileSystemTest {
  @TempDir Path temp;

  enum Below {
    DEFAULT,
    HELD
  }

  private interface Work {
    void in(Path directory) throws IOException;
  }

  private void run(Below below, Work work) throws IOException {
    if (below == Below.DEFAULT) {
      work.in(temp);
      return;
    }
    long descriptors = Host.openDescriptors();
    try (Directory held = Directory.open(temp);
        FileSystem files = DirectoryFileSystem.of(held)) {
      work.in(files.getPath("/"));
    }
    assertEquals(descriptors, Host.openDescriptors());
  }

  private interface Opener {
    FSDirectory open(Path path) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void luceneIndexesCommitsAndOpensAgain(Below below) throws IOException {
    List<Opener> kinds =
        List.of(
            FSDirectory::open,
            path -> new MMapDirectory(path, NativeFSLockFactory.INSTANCE),
            path -> new NIOFSDirectory(path, NativeFSLockFactory.INSTANCE),
            path -> new NIOFSDirectory(path, SimpleFSLockFactory.INSTANCE));
    run(
        below,
        directory -> {
          for (int i = 0; i < kinds.size(); i++) {
            index(kinds.get(i), directory.resolve("index" + i));
          }
        });
  }

  private static void index(Opener opener, Path path) throws IOException {
    try (FSDirectory index = opener.open(path);
        IndexWriter writer = new IndexWriter(index, config())) {
      for (int i = 0; i < 100; i++) {
        writer.addDocument(document("text number n" + i));
        if (i % 25 == 24) {
          writer.commit();
        }
      }
      assertThrows(LockObtainFailedException.class, () -> new IndexWriter(index, config()).close());
      writer.forceMerge(1);
    }
    try (FSDirectory index = opener.open(path);
        IndexWriter writer = new IndexWriter(index, config())) {
      writer.deleteDocuments(new Term("body", "n7"));
      writer.addDocument(document("more n100"));
    }
    try (FSDirectory index = opener.open(path);
        DirectoryReader reader = DirectoryReader.open(index)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      assertEquals(100, reader.numDocs());
      for (String[] each : new String[][] {{"n42", "1"}, {"n7", "0"}, {"number", "99"}}) {
        assertEquals(
            Integer.parseInt(each[1]), searcher.count(new TermQuery(new Term("body", each[0]))));
      }
    }
  }

  private static IndexWriterConfig config() {
    return new IndexWriterConfig(new StandardAnalyzer());
  }

  private static Document document(String text) {
    Document document = new Document();
    document.add(new TextField("body", text, Field.Store.YES));
    return document;
  }

  /**
   * A path of any file system as the {@code File} that Kafka's classes ask for: they take no more
   * of one than its path.
   */
  private static final class FileOf extends File {
    private static final long serialVersionUID = 1L;

    private final transient Path path;

    FileOf(Path path) {
      super("/nonexistent/" + path);
      this.path = path;
    }

    @Override
    public Path toPath() {
      return path;
    }

    @Override
    public boolean exists() {
      return Files.exists(path);
    }
  }

  /** The class that a segment of a log is, through its whole life. */
  @ParameterizedTest
  @EnumSource
  void kafkasOwnRecordsLiveInAFile(Below below) throws IOException {
    run(
        below,
        directory -> {
          Path log = Files.createDirectory(directory.resolve("topic-0"));
          Path swap = log.resolve("00000000000000000000.log.swap");
          Path place = log.resolve("00000000000000000000.log");
          int whole;
          try (FileRecords segment = FileRecords.open(new FileOf(swap), true, false, 0, false)) {
            for (int i = 0; i < 50; i++) {
              segment.append(batch(i));
            }
            segment.flush();
            whole = segment.sizeInBytes();
            segment.append(batch(50));
            assertEquals(51, values(segment).size());
            // What a crash left behind the last batch that was acknowledged.
            segment.truncateTo(whole);
            segment.renameTo(new FileOf(place));
            Utils.flushDir(log);
            assertEquals(50, values(segment).size());
            segment.trim();
          }
          assertFalse(Files.exists(swap));
          assertEquals(whole, Files.size(place));
          try (FileRecords segment = FileRecords.open(new FileOf(place), false)) {
            List<String> values = values(segment);
            assertEquals(50, values.size());
            assertEquals("value 49", values.getLast());
            assertEquals(40, segment.searchForOffsetFromPosition(40, 0).offset);
            assertEquals(values, values(segment.slice(0, whole)));
          }
          try (FileRecords segment = FileRecords.open(new FileOf(place), true, true, 0, false)) {
            segment.append(batch(50));
            segment.flush();
            assertEquals(51, values(segment).size());
            assertTrue(segment.deleteIfExists());
          }
          assertFalse(Files.exists(place));
        });
  }

  private static MemoryRecords batch(int i) {
    return MemoryRecords.withRecords(
        i,
        Compression.NONE,
        new SimpleRecord(i, new byte[] {1}, ("value " + i).getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> values(FileRecords segment) {
    List<String> values = new ArrayList<>();
    for (Record record : segment.records()) {
      values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
    }
    return values;
  }

  /** A segment is written, flushed, taken into its place, and read. */
  @ParameterizedTest
  @EnumSource
  void kafkaFlushesItsLogAndMovesSegments(Below below) throws IOException {
    run(
        below,
        directory -> {
          Path log = Files.createDirectory(directory.resolve("topic-0"));
          Path segment = log.resolve("00000000000000000000.log.swap");
          int size = 0;
          try (FileChannel channel =
              FileChannel.open(
                  segment,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE)) {
            for (int i = 0; i < 50; i++) {
              byte[] value = ("value " + i).getBytes(StandardCharsets.UTF_8);
              MemoryRecords records =
                  MemoryRecords.withRecords(
                      i, Compression.NONE, new SimpleRecord(i, new byte[] {1}, value));
              size += records.writeFullyTo(channel);
            }
            channel.force(true);
            channel.truncate(size);
          }
          Path place = log.resolve("00000000000000000000.log");
          Utils.atomicMoveWithFallback(segment, place);
          Utils.flushDir(log);
          Utils.flushDirIfExists(log.resolve("absent"));
          assertFalse(Files.exists(segment));
          try (FileChannel channel = FileChannel.open(place, StandardOpenOption.READ)) {
            ByteBuffer read = ByteBuffer.allocate(size);
            Utils.readFully(channel, read, 0);
            read.flip();
            List<String> values = new ArrayList<>();
            for (Record record : MemoryRecords.readableRecords(read).records()) {
              values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
            }
            assertEquals(50, values.size());
            assertEquals("value 49", values.getLast());
          }
        });
  }
}
