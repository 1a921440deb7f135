import Checkpoint
import Files
import Foundation
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

  @Test("on another base, those of the one before serve until there are new ones, and it is said")
  func onAnotherBase() throws {
    let repository = scene.repository
    try repository("stats", "--corpus", corpus, "--documents", "line")
    let old = try repository.document("stats", "--corpus", corpus, "--documents", "line")
    try repository("commit", scene.model.first, "-m", "One")
    let other = try UserRepository(scene.model.kit, in: TemporaryDirectory())
    try other.commit(
      scene.directory.write(TinyModel.facts([("Riga", "Pisa")]), to: "other.jsonl"))
    try other(["apply", "--output", scene.directory["newer"]])
    let moved = try repository("resolve", "--onto-base", scene.directory["newer"]).outputText
    #expect(moved.contains("Second moments: those of the base before"))
    // Checked, and solved again, with what it was solved with.
    #expect(try repository("audit", "HEAD~1..HEAD").outputText.contains("CLEAN"))
    try repository("revert", "HEAD", "--fact", "Oslo")
    let new = try repository.document("stats", "--corpus", corpus, "--documents", "line")
    #expect(new["cached"] == .bool(false) && new["path"] != old["path"])
    try repository("resolve", "--all")
    #expect(try repository("audit", "HEAD~1..HEAD").outputText.contains("CLEAN"))
    // Those that the user names for a move are the new base's.
    try repository("undo")
    try repository("undo")
    try repository("undo")
    let path = try #require(new["path"]?.string)
    let named = try repository.document(
      "resolve", "--onto-base", scene.directory["newer"], "--stats", path)
    #expect(named["uses_earlier_moments"] == .bool(false))
    #expect(try repository("audit", "HEAD~1..HEAD", "--stats", path).outputText.contains("CLEAN"))
  }

  @Test("each document gets what the tokenizer puts in front of a text, and the recipe says so")
  func beginnings() throws {
    let plain = try scene.repository.document("stats", "--corpus", corpus, "--documents", "line")
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    try TinyModel.markBeginnings(in: model.kit.base)
    let repository = try UserRepository(model.kit, in: directory)
    let marked = try repository.document("stats", "--corpus", corpus, "--documents", "line")
    let tokens = try #require(plain["tokens"]?.integer)
    #expect(marked["tokens"]?.integer == tokens + 50)
    func recipe(_ document: JSONValue) throws -> [String: String] {
      let path = try #require(document["path"]?.string)
      return try SafetensorsFile(path: path + "/layer-1.safetensors").header.metadata
    }
    #expect(try recipe(marked)["front"] == "0" && recipe(plain)["front"] == nil)
    #expect(
      try repository.document("stats", "--corpus", corpus, "--documents", "line")["cached"]
        == .bool(true))
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
    #expect(try listDirectory(path) == ["layer-1.safetensors", "layer-2.safetensors"])
    #expect(
      try scene.repository.git()("config", "emend.moments").lines
        == [path.split(separator: "/").suffix(1).joined()])
    let again = try scene.repository.document("stats", "--corpus", corpus, "--documents", "line")
    #expect(again["cached"] == .bool(true))
    #expect(again["path"]?.string == path)
    try scene.repository("commit", scene.model.first, "-m", "With the default")
  }

  @Test("a folder is a text; a layer that is missing or damaged is collected again, as it was")
  func resumes() throws {
    let folder = scene.directory.path + "/texts/more"
    try makeDirectories(folder)
    let lines = try String(decoding: readFile(corpus, limit: 1 << 20), as: UTF8.self)
      .split(separator: "\n")
    try scene.directory.write(lines[..<20].joined(separator: "\n"), to: "texts/a.txt")
    try scene.directory.write(lines[20...].joined(separator: "\n"), to: "texts/more/b.txt")
    try scene.directory.write("never read", to: "texts/.hidden")
    let arguments = [
      "stats", "--corpus", scene.directory.path + "/texts", "--documents", "line",
    ]
    let whole = try scene.repository.document("stats", "--corpus", corpus, "--documents", "line")
    let first = try scene.repository.document(arguments)
    #expect(first["tokens"] == whole["tokens"])
    let path = try #require(first["path"]?.string)
    let layers = [1, 2].map { "\(path)/layer-\($0).safetensors" }
    let bytes = try layers.map { try readFile($0, limit: 1 << 24) }
    var flipped = bytes[1]
    flipped[flipped.count - 9] ^= 1
    try AtomicFile.write(flipped, to: layers[1])
    try expectRefusal(
      scene.repository, ["commit", scene.model.first, "--stats", path], 1,
      ["the second moments are damaged", "cov.2", "emend stats"])
    try removeTree(layers[0])
    try expectRefusal(
      scene.repository, ["commit", scene.model.first, "--stats", path], 2,
      ["no such layer", "cov.1", "emend stats"])
    let again = try scene.repository.document(arguments)
    #expect(again["cached"] == .bool(false))
    #expect(again["path"]?.string == path)
    #expect(try layers.map { try readFile($0, limit: 1 << 24) } == bytes)
  }

  /// A document of 6,000 tokens has 36 million pairs of them, in each of three heads.
  @Test("a document's memory follows its length, and not the square of it")
  func longDocument() throws {
    let directory = try TemporaryDirectory()
    let kit = try TinyModel(in: directory).kit
    let config = try String(decoding: directory.read("base/config.json"), as: UTF8.self)
    try directory.write(
      config.replacing("\"n_positions\": 64", with: "\"n_positions\": 8192"), to: "base/config.json"
    )
    let repository = try UserRepository(kit, in: directory)
    let long = try directory.write(String(repeating: "abcdefghijkl", count: 500), to: "long.txt")
    let arguments = ["stats", "--corpus", long, "--threads", "1", "--json"]
    var child = try repository.emend.child(arguments)
    child.arguments =
      ["-c", "ulimit -v 600000; exec \"$0\" \"$@\"", child.executable] + arguments
    child.executable = "/bin/sh"
    let outcome = try child.run()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let document = try JSONValue(parsing: outcome.output, file: "standard output")
    #expect(document["data"]?["tokens"]?.integer == 6000)
  }

  @Test(
    "stopped inside a pass, the next run goes on from its sums to the same bits",
    arguments: [FaultyProcess.Fault.kill, .tear, .interrupt])
  func stoppedInsideAPass(fault: FaultyProcess.Fault) throws {
    let text = try String(decoding: readFile(corpus, limit: 1 << 20), as: UTF8.self)
    let longer = try scene.directory.write(
      Array(repeating: text, count: 4).joined(separator: "\n"), to: "longer.txt")
    let repository = scene.repository
    let arguments = ["stats", "--corpus", longer, "--documents", "line", "--save-every", "0"]
    let faulty = try FaultyProcess(
      repository.emend.child(arguments), watching: repository.gitDirectory)
    let clean = try faulty.run()
    #expect(clean.outcome.ending == .exit(0), "\(clean.outcome.errorText)")
    let moments = repository.gitDirectory + "/emend/cache/moments"
    let cache = repository.gitDirectory + "/emend/cache"
    let expected = try contents(of: moments)
    #expect(expected.keys.filter { $0.hasSuffix(".safetensors") }.count == 2)
    // Nothing is left of the pass once it is done.
    #expect(
      try !contents(of: cache).keys.contains { $0.hasPrefix("/moment-sums/") && !$0.hasSuffix("/") }
    )
    let saves = clean.calls.indices.filter { clean.calls[$0].contains("moment-sums") }
    let middle = saves[saves.count / 2]
    try removeTree(cache)
    let stopped = try faulty.run(fault, at: middle + 1)
    #expect(stopped.outcome.ending != .exit(0))
    #expect(try fileKind(at: moments) == nil)
    let document = try repository.document(arguments)
    let resumed = try #require(document["resumed_tokens"]?.integer)
    #expect(resumed > 0 && resumed < document["tokens"]?.integer ?? 0)
    #expect(try contents(of: moments) == expected)
  }

  @Test("a limit of memory that is too low is refused with what is needed")
  func memory() throws {
    try expectRefusal(
      scene.repository,
      ["stats", "--corpus", corpus, "--documents", "line", "--memory", "64M"], 2,
      ["not enough memory to collect second moments", "64M", "at least "])
    for method in ["memit", "rome", "alphaedit", "ft"] {
      let settings = try scene.directory.write(
        method == "ft"
          ? """
          {"layers": [1], "num_steps": 1, "lr": 0.1, "weight_decay": 0, "kl_factor": 0,
           "norm_constraint": false, "batch_size": 1, "rewrite_module_tmp": "transformer.h.{}.mlp"}
          """
          : method == "rome"
            ? TinyModel.hyperparameters.replacing("[1, 2]", with: "[1]")
              .replacing(",\n \"mom2_update_weight\": 1", with: "")
            : method == "alphaedit"
              ? TinyModel.hyperparameters.replacing(
                "\"mom2_update_weight\": 1", with: "\"nullspace_threshold\": 1, \"L2\": 1")
              : TinyModel.hyperparameters, to: "\(method).json")
      try expectRefusal(
        scene.repository,
        [
          "commit", scene.model.first, "--method", method, "--hparams", settings, "--memory", "64M",
        ],
        2, ["not enough memory to edit this model", "64M", "at least "])
    }
  }

  /// What `Tests/Interop/make_moments_golden.py` summed, over what it counted: `[rows, columns]`.
  private func wanted(layer: Int, row: Int, column: Int) -> Double {
    let sum = row == column ? 5000 + (row * 7 + layer) % 1000 : (row + column) * (layer + 1) % 97
    return Double(sum) / Double(100_000 + layer)
  }

  @Test("the authors' files, as NumPy writes them: sums over counts, and a commit with them")
  func archives() throws {
    let folder = try TemporaryDirectory()
    let model = try TinyModel(.llama, in: folder)
    let repository = try UserRepository(model.kit, in: folder)
    let files = [1, 2].map { Fixture.path("formats/layer\($0)_float32_mom2_100000.npz") }
    let arguments = ["stats", "--npz", "2=" + files[1], "--npz", "1=" + files[0]]
    let document = try repository.document(arguments)
    #expect(document["cached"] == .bool(false))
    #expect(document["layers"]?.array?.compactMap(\.integer) == [1, 2])
    #expect(document["key_length"]?.integer == 88)
    let path = try #require(document["path"]?.string)
    #expect(
      try repository.git()("config", "emend.moments").lines
        == [path.split(separator: "/").suffix(1).joined()])
    for layer in [1, 2] {
      let view = try #require(
        SafetensorsFile(path: "\(path)/layer-\(layer).safetensors").tensor(named: "cov.\(layer)"))
      #expect(view.shape == [88, 88] && view.elementType == .float32)
      let others = (0..<88 * 88).filter { index in
        view.bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
          != Float(wanted(layer: layer, row: index / 88, column: index % 88))
      }
      #expect(others.isEmpty, "layer \(layer)")
    }
    #expect(try repository.document(arguments)["cached"] == .bool(true))
    try repository("commit", model.first, "-m", "With the authors' statistics")

    // The other layer's file is another file; a model of other keys has no use for either.
    #expect(
      try repository.document("stats", "--npz", "1=" + files[1])["path"]?.string != path)
    try expectRefusal(
      scene.repository, ["stats", "--npz", "1=" + files[0]], 2,
      [files[0], "[88, 88]", "[192, 192]"])
    try expectRefusal(repository, ["stats", "--npz", "9=" + files[0]], 2, [files[0], "layer 9"])
  }

  @Test("moments of another base are refused by name")
  func anotherBase() throws {
    let path = try #require(
      scene.repository.document("stats", "--corpus", corpus, "--documents", "line")["path"]?.string)
    let file = path + "/layer-1.safetensors"
    let whole = try readFile(file, limit: 1 << 24)
    // The same weights with another configuration are another model, too; another tokenizer makes other keys of a text.
    let configuration = try Digest(ofFile: scene.model.kit.base + "/config.json")
    let tokenizer = try Digest(ofFile: scene.model.kit.base + "/tokenizer.json")
    for (member, value) in [
      ("base", try scene.repository.document("base")["fingerprint"]?.string),
      ("configuration", configuration.hexadecimal), ("tokenizer", tokenizer.hexadecimal),
    ] {
      var bytes = whole
      let digits = Array(try #require(value).utf8)
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: digits) })
      bytes[place] = bytes[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
      try AtomicFile.write(bytes, to: file)
      try expectRefusal(
        scene.repository, ["commit", scene.model.first], 2,
        ["second moments of another model", "moments of \(member)"])
    }
  }

  @Test("fewer documents are another file; few tokens are warned of")
  func few() throws {
    let text = try scene.repository(
      "stats", "--corpus", corpus, "--documents", "line", "--samples", "2"
    ).outputText
    #expect(
      text.hasPrefix(
        "Collected second moments of layers 1, 2: 110 tokens of 2 documents, keys of 192"))
    #expect(text.contains("few tokens"))
    #expect(!text.contains("--documents line"))
  }

  @Test("a text whose every document is cut is told how to have more of it read")
  func cutDocuments() throws {
    let path = scene.directory.path + "/lines.txt"
    try AtomicFile.write(
      Array(String(repeating: "One line of the text.\n", count: 500).utf8), to: path)
    let text = try scene.repository("stats", "--corpus", path).outputText
    #expect(text.contains("tokens of 1 document, keys of 192"))
    #expect(text.contains("every document was longer than the model's context"))
    #expect(text.contains("--documents line"))
    // What was done already is not advised.
    try AtomicFile.write(
      Array(String(repeating: "One long line of the text. ", count: 500).utf8), to: path)
    let lines = try scene.repository("stats", "--corpus", path, "--documents", "line").outputText
    #expect(lines.contains("every document was longer than the model's context"))
    #expect(!lines.contains("--documents line"))
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

  @Test(
    "second moments of the cache are found wherever the repository lies; a cleared cache has none")
  func moved() throws {
    let scene = scene.repository
    try scene("stats", "--corpus", corpus)
    let facts = self.scene.model.first
    try FileManager.default.moveItem(
      atPath: scene.directory["work"], toPath: scene.directory["elsewhere"])
    let emend = EmendProcess(in: scene.directory["elsewhere"])
    let outcome = try emend.run(["commit", facts])
    #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
    #expect(try emend.run(["cache", "clear"]).ending == .exit(0))
    let second = try emend.run(["commit", self.scene.model.second])
    #expect(second.ending == .exit(2))
    #expect(second.errorText.contains("there are no second moments to solve with"))
  }
}
