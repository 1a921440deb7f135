import ArgumentParser
import Files
import FoundationEssentials
import Glibc
import Store

/// What `git gc` takes on payloads: with Git's own settings it looks for deltas between them and deflates them;
/// with those that a repository of emend has, it copies.
struct CollectionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "git gc on payloads, with Git's settings and with a repository's")

  @Option(help: "Payloads, of a megabyte each")
  var payloads = 24

  @Option(help: "Rounds, of which the least counts")
  var rounds = 3

  /// The least ratio that counts as kept.
  private static let gate = 10.0

  func run() throws {
    let manager = FileManager.default
    let scratch = manager.temporaryDirectory.path + "/emend-bench-\(UUID().uuidString)"
    defer { try? removeTree(scratch) }
    try makeDirectories(scratch)
    let plain = scratch + "/plain"
    try git(["init", "--quiet", "--bare", plain])
    try fill(plain, scratch)
    let ours = scratch + "/ours"
    try manager.copyItem(atPath: plain, toPath: ours)
    try EditRepository(
      opening: RepositoryLocation(gitDirectory: ours), GitEnvironment(variables: [:]),
      checking: .nothing
    ).installConfiguration()
    let slow = try least(plain, scratch)
    let fast = try least(ours, scratch)
    guard slow.objects == fast.objects else {
      print("git gc: \(slow.objects) and \(fast.objects) objects: the outputs DIFFER")
      throw ExitCode(1)
    }
    let ratio = slow.seconds / fast.seconds
    print(
      "git gc, \(payloads) MiB of payloads, Git's settings -> ours: "
        + "\(Figure.seconds(slow.seconds)) -> \(Figure.seconds(fast.seconds)), "
        + "\(Figure.fixed(ratio, 1))x (gate \(Figure.fixed(Self.gate, 1))x)"
        + (ratio >= Self.gate ? "" : "  MISSED"))
    if ratio < Self.gate { throw ExitCode(1) }
  }

  /// Payloads as edits have them: nothing in them can be compressed.
  private func fill(_ repository: String, _ scratch: String) throws {
    var random = SystemRandomNumberGenerator()
    for number in 0..<payloads {
      let bytes = (0..<(1 << 17)).flatMap { _ in
        withUnsafeBytes(of: random.next()) { Array($0) }
      }
      let path = "\(scratch)/payload-\(number)"
      try AtomicFile.write(bytes, to: path)
      try git(["--git-dir", repository, "--work-tree", scratch, "add", path])
    }
    let person = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    try git(
      person + ["--git-dir", repository, "--work-tree", scratch, "commit", "--quiet", "-m", "p"])
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
      try FileManager.default.copyItem(atPath: repository, toPath: copy)
      let run = try git(["--git-dir", copy, "-c", "pack.threads=1", "gc", "--quiet"])
      least = min(least, run.seconds)
      objects = try Self.packedObjects(copy)
    }
    return (least, objects)
  }

  /// The last entry of an index's fan-out table is how many objects there are.
  private static func packedObjects(_ repository: String) throws -> Int {
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
