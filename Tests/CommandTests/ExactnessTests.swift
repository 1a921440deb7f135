import Checkpoint
import Editing
import Foundation
import TestSupport
import Testing

/// A tree names weights, bit for bit (I1), and edits commute (I2): seen from outside, through the executable.
@Suite("Trees and weights, to the last bit (I1, I2)")
struct ExactnessTests {
  private let directory: TemporaryDirectory
  private let repository: UserRepository

  /// Real edits on the invented world's model: ranks of several, tiles of several rows.
  init() throws {
    directory = try TemporaryDirectory()
    let facts = try FactsFile(path: Fixture.path("fictional/facts.json")).cases
    for (name, range) in [("first", 0..<12), ("second", 12..<20)] {
      try directory.write(
        FactLines.encode(facts[range].map { FactCase($0.fact) }), to: name + ".jsonl")
    }
    repository = try UserRepository(.fictional, in: directory)
  }

  @Test("commit, then revert: the tree of the beginning, and the weights of the base")
  func revert() throws {
    let (tree, base) = try (repository.tree(), repository.document("base")["fingerprint"]?.string)
    #expect(try repository.fingerprint() == base)
    try repository.commit(directory["first.jsonl"])
    #expect(try repository.tree() != tree)
    #expect(try repository.fingerprint() != base)
    // The edit in the middle goes, the later one stays; then that goes, too.
    try repository.commit(directory["second.jsonl"])
    try repository("revert", "HEAD~1")
    #expect(try repository.tree() != tree)
    try repository("revert", "HEAD~1")
    #expect(try repository.tree() == tree)
    #expect(try repository.fingerprint() == base)
    try repository("apply", "--output", "out")
    for name in ["model.safetensors", "config.json", "tokenizer.json"] {
      let written = try directory.read("work/out/" + name)
      #expect(try written == Fixture.bytes("fictional/model/" + name), "\(name)")
    }
  }

  @Test("two batches in either order: one tree and one fingerprint, by merge too")
  func order() throws {
    try repository.commit(directory["first.jsonl"])
    try repository("tag", "first")
    try repository.commit(directory["second.jsonl"])
    try repository("tag", "second")
    let (tree, fingerprint) = try (repository.tree(), repository.fingerprint())
    try repository("switch", "--create", "other-way", "HEAD~2")
    try repository("cherry-pick", "second")
    try repository("tag", "second-alone")
    try repository("cherry-pick", "first")
    #expect(try repository.tree() == tree)
    #expect(try repository.fingerprint() == fingerprint)
    #expect(
      try repository.git()("rev-parse", "HEAD").lines != repository.git()("rev-parse", "main").lines
    )

    for (name, start, side) in [
      ("ours", "first", "second-alone"), ("theirs", "second-alone", "first"),
    ] {
      try repository("switch", "--create", name, start)
      try repository("merge", side)
      #expect(try repository.tree() == tree, "\(name)")
    }
  }

  @Test("one fingerprint under every kernel that the processor can run, and any number of threads")
  func kernels() throws {
    try repository.commit(directory["first.jsonl"])
    try repository.commit(directory["second.jsonl"])
    let expected = try repository.fingerprint()
    var kinds: [String] = []
    for kind in ["Haswell", "SkylakeX", "Zen", "Prescott"] {
      for (libraryThreads, threads) in [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")] {
        var emend = repository.emend
        emend.environment["OPENBLAS_CORETYPE"] = kind
        emend.environment["OPENBLAS_NUM_THREADS"] = libraryThreads
        let outcome = try emend.run(["apply", "--dry-run", "--json", "--threads", threads])
        // A kernel with instructions that this processor lacks.
        if outcome.ending == .signal(SIGILL) { continue }
        let document = try JSONValue(parsing: outcome.output, file: kind)
        #expect(
          document["data"]?["fingerprint"]?.string == expected,
          "\(kind), \(libraryThreads), \(threads)")
        kinds.append(kind)
      }
    }
    #expect(kinds.contains("Prescott"), "the oldest one runs everywhere")
  }

  @Test("an imported checkpoint: one tree, with any number of threads")
  func imported() throws {
    for name in ["first", "second"] { try repository.commit(directory["\(name).jsonl"]) }
    try repository("apply", "--output", directory["edited"])
    var trees: Set<String> = []
    // On the base, and on what one of the edits made of it already.
    for below in ["HEAD~2", "HEAD~1"] {
      for threads in ["1", "2", "3"] {
        try repository(
          "switch", "--create", "\(below.suffix(1))-\(threads)", "main\(below.dropFirst(4))")
        try repository("import", directory["edited"], "--threads", threads, "-m", "Imported")
        trees.insert("\(below) \(try repository.tree())")
        #expect(try repository.fingerprint() == repository.fingerprint("main"))
      }
    }
    #expect(trees.count == 2)
  }

  @Test("what fingerprint says is what is written: init of the output finds the same")
  func writtenFingerprint() throws {
    try repository.commit(directory["first.jsonl"])
    let expected = try repository.fingerprint()
    let outcome = try repository.document("apply", "--output", "out")
    #expect(outcome["fingerprint"]?.string == expected)
    try FileManager.default.createDirectory(
      atPath: directory["work/again"], withIntermediateDirectories: true)
    let made = try repository.document("init", "--base", "out", "again")
    #expect(made["fingerprint"]?.string == expected)
  }
}
