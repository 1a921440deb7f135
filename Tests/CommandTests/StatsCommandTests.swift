import Checkpoint
import Files
import TestSupport
import Testing

@Suite struct StatsCommandTests {
  private let scene: Scene
  private let corpus: String

  init() throws {
    scene = try Scene(commits: 0)
    var random = SeededGenerator(seed: 3)
    let words = (0..<400).map { _ in
      String((0..<6).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &random) ?? "a" })
    }
    let lines = stride(from: 0, to: words.count, by: 8).map {
      words[$0..<$0 + 8].joined(separator: " ")
    }
    corpus = try scene.directory.write(lines.joined(separator: "\n"), to: "corpus.txt")
  }

  @Test("collects over a text, becomes the default, and is found again the second time")
  func collects() throws {
    let first = try scene.repository.document("stats", "--corpus", corpus, "--documents", "line")
    #expect(first["cached"] == .bool(false))
    #expect(first["layers"]?.array?.compactMap(\.integer) == [1, 2])
    #expect(first["key_length"]?.integer == 192)
    // Fifty lines of eight words, a character a token.
    #expect(first["tokens"]?.integer == 50 * (8 * 6 + 7))
    let path = try #require(first["path"]?.string)
    #expect(path.hasPrefix(scene.repository.gitDirectory + "/emend/cache/"))
    #expect(try fileKind(at: path) == .regular)
    #expect(try scene.repository.git()("config", "emend.moments").lines == [path])
    let again = try scene.repository.document("stats", "--corpus", corpus, "--documents", "line")
    #expect(again["cached"] == .bool(true))
    #expect(again["path"]?.string == path)
    try scene.repository("commit", scene.model.first, "-m", "With the default")
  }

  @Test("fewer documents are another file; few tokens are warned of")
  func few() throws {
    let text = try scene.repository(
      "stats", "--corpus", corpus, "--documents", "line", "--samples", "2"
    ).outputText
    #expect(text.hasPrefix("Collected second moments of layers 1, 2: 110 tokens, keys of 192"))
    #expect(text.contains("few tokens"))
  }

  @Test("a cache that was deleted is not missed: stats says what to do, or collects again")
  func deletedCache() throws {
    try scene.repository("stats", "--corpus", corpus, "--documents", "line")
    try removeTree(scene.repository.gitDirectory + "/emend/cache")
    try expectRefusal(
      scene.repository, ["commit", scene.model.first], 2,
      ["there are no second moments", "emend stats"])
    let again = try scene.repository.document("stats", "--corpus", corpus, "--documents", "line")
    #expect(again["cached"] == .bool(false))
  }
}
