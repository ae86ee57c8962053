package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.common.PathUtils;
import org.junit.jupiter.api.Test;

class ZooKeeperNodesTest {
  private static ClusterLock lock(Mode mode) {
    return new ClusterLock(new NoServer(), ZooKeeperLocks.KIND, "x", mode, 0);
  }

  private static List<ZooKeeperNodes.Node> nodes(String... names) {
    return ZooKeeperNodes.parse(List.of(names));
  }

  @Test
  void aWriterWaitsForTheOneBeforeAndAReaderForTheLastWriter() throws IOException {
    List<ZooKeeperNodes.Node> nodes =
        nodes(
            "_c_1-__READ__0000000005",
            "_c_9-__WRIT__0000000002",
            "_c_7-__READ__0000000003",
            "_c_2-__WRIT__0000000004",
            "note");
    assertEquals(4, nodes.size());
    assertTrue(place(nodes, "_c_9-__WRIT__0000000002", Mode.EXCLUSIVE).granted());
    assertEquals(
        "_c_9-__WRIT__0000000002", place(nodes, "_c_7-__READ__0000000003", Mode.SHARED).before());
    assertEquals(
        "_c_7-__READ__0000000003",
        place(nodes, "_c_2-__WRIT__0000000004", Mode.EXCLUSIVE).before());
    assertEquals(
        "_c_2-__WRIT__0000000004", place(nodes, "_c_1-__READ__0000000005", Mode.SHARED).before());
    assertNull(ZooKeeperNodes.place(nodes, "gone", lock(Mode.SHARED)));
  }

  private static ZooKeeperNodes.Place place(List<ZooKeeperNodes.Node> nodes, String mine, Mode mode)
      throws IOException {
    ZooKeeperNodes.Place place = ZooKeeperNodes.place(nodes, mine, lock(mode));
    if (place == null) {
      throw new AssertionError(mine + " is not there");
    }
    return place;
  }

  /** As numbers they would come in the opposite order. */
  @Test
  void theOrderHoldsWhereTheNumbersGoRound() throws IOException {
    List<ZooKeeperNodes.Node> nodes =
        nodes("b__WRIT__-2147483648", "a__WRIT__2147483647", "c__WRIT__-2147483647");
    assertEquals(
        List.of("a__WRIT__2147483647", "b__WRIT__-2147483648", "c__WRIT__-2147483647"),
        nodes.stream().map(ZooKeeperNodes.Node::name).toList());
    assertTrue(place(nodes, "a__WRIT__2147483647", Mode.EXCLUSIVE).granted());
    assertFalse(place(nodes, "b__WRIT__-2147483648", Mode.EXCLUSIVE).granted());
  }

  @Test
  void everyNameIsANameOfANodeAndComesBack() {
    Set<String> seen = new HashSet<>();
    for (String name :
        List.of(
            "",
            ".",
            "..",
            "...",
            "a/b",
            "a%2Fb",
            "%",
            "%%",
            "zookeeper",
            "%zookeeper",
            "ü",
            "a b",
            "\u0000",
            "\u001b[31m",
            "\ud83d\ude00",
            "../../etc",
            "x\ny",
            "%C3",
            "%zz")) {
      String escaped = ZooKeeperNodes.escape(name);
      PathUtils.validatePath("/base/" + escaped);
      assertFalse(escaped.isEmpty());
      assertFalse(escaped.contains("/"));
      assertTrue(seen.add(escaped), name);
      assertEquals(name, ZooKeeperNodes.unescape(escaped));
    }
  }
}
