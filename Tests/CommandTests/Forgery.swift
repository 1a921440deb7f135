import Checkpoint
import TestSupport

/// What a hostile remote makes of its main branch, with all of Git's own ids right.
struct Forgery {
  let tree: TamperedTree

  init(_ gitDirectory: String) throws {
    tree = try TamperedTree(gitDirectory, from: "main")
  }

  func commit() throws { try commit(nil) }

  private func commit(_ id: String?) throws {
    try tree.commit("Forged", on: "main", as: "refs/heads/main", tree: id)
  }

  /// The bytes of a blob's id.
  func blob(_ content: [UInt8]) throws -> [UInt8] {
    try Self.bytes(tree.run("hash-object", "-w", "--stdin", input: content))
  }

  /// The bytes of the id of a directory without files.
  func emptyTree() throws -> [UInt8] { try Self.bytes(tree.run("mktree")) }

  private static func bytes(_ id: String) -> [UInt8] {
    stride(from: 0, to: 40, by: 2).compactMap { offset in
      let start = id.index(id.startIndex, offsetBy: offset)
      return UInt8(id[start..<id.index(start, offsetBy: 2)], radix: 16)
    }
  }

  /// The payload that ``replacePayload(_:)`` replaces.
  func payload() throws -> [UInt8] { try tree.read(tree.path(containing: "/deltas/")) }

  /// Puts another payload in the place of a delta's, with all hashes and the edit's id made right again.
  func replacePayload(_ payload: [UInt8]) throws {
    let path = try tree.path(containing: "/deltas/")
    let folder = path.split(separator: "/").prefix(3).joined(separator: "/")
    let old = try tree.read(path)
    try tree.write(payload, to: path)
    try tree.rewriteManifest(in: folder) {
      $0.replacing(Digest(of: old).hexadecimal, with: Digest(of: payload).hexadecimal)
        .replacing("\"bytes\": \(old.count),", with: "\"bytes\": \(payload.count),")
    }
    try commit()
  }

  /// Commits a tree whose bytes are made from those of the present one.
  func replaceTree(_ change: ([UInt8]) throws -> [UInt8]) throws {
    let directory = try TemporaryDirectory()
    _ = try tree.git.run(["cat-file", "tree", "main^{tree}"], to: directory["tree"])
    try commit(
      tree.run(
        "hash-object", "-t", "tree", "-w", "--literally", "--stdin",
        input: change(directory.read("tree"))))
  }

  /// Notes in directories that all hold the same ones: 256 to the power of 19.
  func makeNoteBomb() throws {
    var notes = try tree.run("mktree")
    for _ in 0..<19 {
      let lines = (0..<256).map { number in
        "040000 tree \(notes)\t\(number < 16 ? "0" : "")\(String(number, radix: 16))\n"
      }.joined()
      notes = try tree.run("mktree", input: Array(lines.utf8))
    }
    try tree.run("update-ref", "refs/notes/emend", tree.run("commit-tree", "-m", "Notes", notes))
  }

  func makeReference(_ name: String, holding file: String, _ bytes: [UInt8]) throws {
    let blob = try tree.run("hash-object", "-w", "--stdin", input: bytes)
    let folder = try tree.run("mktree", input: Array("100644 blob \(blob)\t\(file)\n".utf8))
    try tree.run("update-ref", name, tree.run("commit-tree", "-m", "Settings", folder))
  }
}
