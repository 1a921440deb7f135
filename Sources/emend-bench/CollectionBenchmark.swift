import ArgumentParser
import Checkpoint
import Files
import Store

/// What `git gc` takes on a history of payloads, as emend writes them: beside reading and hashing the same packs,
/// and beside the same repository without what emend tells Git about payloads.
struct CollectionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "git gc on payloads, beside hashing them and beside Git's own settings")

  @Option(help: "Commits, each a pack with six payloads of 110 kB and one of 1.5 MB")
  var commits = 24

  @Option(help: "Rounds, of which the least counts")
  var rounds = 3

  /// What `git gc` may take of what `sha1sum` of the packs does. Git copies a pack's objects and computes a SHA-1 of
  /// the new pack and a checksum of each object.
  private static let most = 4.0
  /// The least factor by which Git's own settings take longer.
  private static let gate = 10.0

  func validate() throws {
    try ValidationError.requirePositive(["--commits": [commits], "--rounds": [rounds]])
  }

  func run() throws {
    let scratch = try ScratchDirectory()
    let ours = scratch.path + "/ours"
    let payloadBytes = try fill(ours)
    let plain = scratch.path + "/plain"
    _ = try ChildRun.succeeding(["cp", "-r", ours, plain], in: "/")
    try forget(plain + "/.emend")
    let packs = try packs(ours + "/.emend")
    let hashing =
      try (0..<rounds).map { _ in
        try ChildRun.succeeding(["sha1sum"] + packs, in: "/").seconds
      }.min() ?? 0
    let slow = try least(plain, scratch.path)
    let fast = try least(ours, scratch.path)
    guard slow.objects == fast.objects else {
      print("git gc: \(slow.objects) and \(fast.objects) objects: the outputs DIFFER")
      throw ExitCode(1)
    }
    print(
      "\(commits) commits, \(packs.count) packs, \(Figure.fixed(Double(payloadBytes) / 1e6, 1)) MB of payloads"
    )
    var kept = Claim("git gc, against sha1sum of the packs", unit: "x", decimals: 1).atMost(
      Self.most, fast.seconds / hashing,
      beside: "\(Figure.seconds(fast.seconds)) to \(Figure.seconds(hashing))")
    let ratio = slow.seconds / fast.seconds
    print(
      "  git gc, Git's settings -> ours: \(Figure.seconds(slow.seconds)) -> "
        + "\(Figure.seconds(fast.seconds)), \(Figure.fixed(ratio, 1))x (gate \(Figure.fixed(Self.gate, 1))x)"
        + (ratio >= Self.gate ? "" : "  MISSED"))
    kept = kept && ratio >= Self.gate
    guard kept else { throw ExitCode(1) }
  }

  /// A repository with a commit an edit, each with payloads in which nothing can be compressed; gives back their bytes.
  private func fill(_ directory: String) throws -> Int {
    let names = (0..<7).map { "h.\($0).mlp.out.weight" }
    let sizes = [110_000, 110_000, 110_000, 110_000, 110_000, 110_000, 1_500_000]
    let tensors = names.map {
      BaseManifest.Tensor(
        name: $0, elementType: .float32, shape: [1024, 4096], digest: Digest(of: [1]),
        gridExponent: -50)
    }
    let repository = try EditRepository.create(
      in: directory, base: BaseManifest(madeOf: tensors), named: "bench",
      ScratchDirectory.environment)
    var random = SystemRandomNumberGenerator()
    var total = 0
    for number in 0..<commits {
      let head = try repository.head().commit
      guard let error = DecimalText(0.001) else { return total }
      let deltas = zip(names, sizes).map { name, size in
        let payload = (0..<size / 8).flatMap { _ in
          withUnsafeBytes(of: random.next()) { Array($0) }
        }
        total += payload.count
        return (
          DeltaRecord.Description(
            tensor: name, kind: .lowRank(rank: 16), shape: [1024, 4096], relativeError: error,
            keyError: nil, norm: error, weightNorm: nil), payload
        )
      }
      _ = try repository.recordEdit(
        EditDescription(
          method: "memit", contextTemplates: ["{}"], provenance: .computed,
          computedOn: repository.commit(head).tree, tool: "emend-bench"),
        facts: FactLines(["{\"subject\":\"Tower \(number)\"}"]), deltas: deltas, targets: nil,
        message: "Batch \(number)", expecting: head)
    }
    return total
  }

  /// Takes out what emend tells Git about payloads.
  private func forget(_ repository: String) throws {
    for name in ["core.bigFileThreshold", "pack.compression", "core.compression"] {
      try git(["--git-dir", repository, "config", "--unset", name])
    }
    try removeTree(repository + "/info/attributes")
  }

  /// The least processor time of some rounds, each on a copy, and the objects in the pack that it makes.
  private func least(_ repository: String, _ scratch: String) throws -> (
    seconds: Double, objects: Int
  ) {
    var least = Double.infinity
    var objects = 0
    for _ in 0..<rounds {
      let copy = scratch + "/copy"
      try removeTree(copy)
      _ = try ChildRun.succeeding(["cp", "-r", repository, copy], in: "/")
      let run = try git(["--git-dir", copy + "/.emend", "-c", "pack.threads=1", "gc", "--quiet"])
      least = min(least, run.seconds)
      objects = try packedObjects(copy + "/.emend")
    }
    return (least, objects)
  }

  private func packs(_ repository: String) throws -> [String] {
    let directory = repository + "/objects/pack"
    return try listDirectory(directory).filter { $0.hasSuffix(".pack") }.map {
      directory + "/" + $0
    }
  }

  /// The last entry of an index's fan-out table is how many objects there are.
  private func packedObjects(_ repository: String) throws -> Int {
    let directory = repository + "/objects/pack"
    return try listDirectory(directory).filter { $0.hasSuffix(".idx") }.reduce(0) { sum, name in
      let bytes = try readFile(directory + "/" + name, limit: 1 << 24)
      return sum + bytes[1028..<1032].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  @discardableResult
  private func git(_ arguments: [String]) throws -> ChildRun {
    try .succeeding(["env", "GIT_CONFIG_NOSYSTEM=1", "git"] + arguments, in: "/")
  }
}
