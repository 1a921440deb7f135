import Store
import TestSupport
import Testing

/// Rewrites commits with the real git, so that all of Git's own ids are right and only emend's can tell.
struct TamperedTree {
  let sample: SampleRepository
  private let index: TemporaryDirectory
  private var environment: [String: String] { ["GIT_INDEX_FILE": index["index"]] }

  init(_ sample: SampleRepository, from revision: String = "HEAD") throws {
    self.sample = sample
    index = try TemporaryDirectory()
    try run("read-tree", revision)
  }

  /// Puts bytes at a path.
  func write(_ bytes: [UInt8], to path: String) throws {
    let blob = try run("hash-object", "-w", "--stdin", input: bytes)
    try run("update-index", "--add", "--cacheinfo", "100644,\(blob),\(path)")
  }

  /// Takes a path out.
  func remove(_ path: String) throws {
    let line = "0 \(String(repeating: "0", count: 40))\t\(path)\n"
    try run("update-index", "--index-info", input: Array(line.utf8))
  }

  /// The bytes at a path.
  func read(_ path: String) throws -> [UInt8] {
    let stack = try run("ls-files", "-s", path)
    let blob = try #require(stack.split(separator: " ").dropFirst().first)
    let folder = try TemporaryDirectory()
    let copy = try ReferenceGit(sample.gitDirectory)
    let outcome = try copy.run(["cat-file", "blob", String(blob)], to: folder["blob"])
    #expect(outcome.status == 0)
    return try folder.read("blob")
  }

  /// The paths that there are.
  func paths() throws -> [String] {
    try run("ls-files").split(separator: "\n").map(String.init)
  }

  /// Commits what is there now on top of `HEAD`.
  @discardableResult
  func commit(_ message: String = "Tampered") throws -> ObjectID {
    let tree = try run("write-tree")
    let commit = try run("commit-tree", "-p", "HEAD", "-m", message, tree)
    try run("update-ref", "HEAD", commit)
    return try #require(ObjectID(hexadecimal: commit))
  }

  @discardableResult
  private func run(_ arguments: String..., input: [UInt8] = []) throws -> String {
    let outcome = try sample.git.run(arguments, input: input, environment: environment)
    try #require(outcome.status == 0, "git \(arguments): \(outcome.errors)")
    return String(outcome.output.drop { $0.isNewline }.reversed().drop { $0.isNewline }.reversed())
  }
}
