import Checkpoint
import Files
import Foundation
import TestSupport
import Testing

/// A remote that sends what it should not: nothing of it is kept, the reason is told, and memory is bounded.
@Suite("Hostile remotes")
struct HostileRemoteTests {
  /// What the remote does.
  enum Attack: String, CaseIterable {
    case flippedPayload, misplacedEdit, manyRows, hugeShape, missingWords, zstdBomb,
      disguisedZstdBomb,
      parentPath, sameNameTwice, manyFiles, noFormat, noteBomb, strangeSettings
  }

  private let scene: SharedScene

  init() throws {
    scene = try SharedScene(transport: "auto", commits: 1)
    try scene("work", "push", "-u")
  }

  @Test(
    "is refused with the reason; nothing becomes visible", arguments: Attack.allCases,
    TransferTests.transports)
  func attack(attack: Attack, transport: String) throws {
    let forgery = try Forgery(scene.hub)
    let reasons = try forge(attack, forgery)
    let before = try visible("work")
    for arguments in [["fetch"], ["pull"], ["clone", scene.hub, "../fresh"]] {
      let outcome = try bounded(arguments, transport)
      #expect(outcome.ending == .exit(1), "\(arguments): \(outcome.outputText)\(outcome.errorText)")
      #expect(
        reasons.contains { outcome.errorText.contains($0) }, "\(arguments): \(outcome.errorText)")
      #expect(try visible("work") == before, "\(arguments)")
      #expect(!FileManager.default.fileExists(atPath: scene.directory["fresh"]), "\(arguments)")
    }
    #expect(try scene.isSound(scene.directory["work/.emend"]))
  }

  /// Runs with three gigabytes of addresses, for itself and for git.
  private func bounded(_ arguments: [String], _ transport: String) throws -> ProcessOutcome {
    var emend = try scene.emend(in: "work")
    emend.environment["GIT_CONFIG_VALUE_0"] = transport
    var child = try emend.child(arguments)
    child.arguments = ["-c", "ulimit -v 3000000; exec \"$0\" \"$@\"", child.executable] + arguments
    child.executable = "/bin/sh"
    return try child.run()
  }

  /// All that a user, Git or emend would look at.
  private func visible(_ place: String) throws -> [String: String] {
    try contents(of: scene.directory[place + "/.emend"]).filter { !$0.key.hasPrefix("/emend/") }
  }

  /// Changes the remote; gives the words of which one must be in the reason.
  private func forge(_ attack: Attack, _ forgery: Forgery) throws -> [String] {
    switch attack {
    case .flippedPayload:
      let path = try forgery.tree.path(containing: "/deltas/")
      var bytes = try forgery.tree.read(path)
      bytes[bytes.count / 2] ^= 1
      try forgery.tree.write(bytes, to: path)
      try forgery.commit()
      return ["the edit is damaged"]
    case .misplacedEdit:
      let manifest = try forgery.tree.path(containing: "/edit.json")
      let folder = manifest.dropLast("/edit.json".count)
      let other = folder.dropLast(4) + (folder.hasSuffix("aaaa") ? "bbbb" : "aaaa")
      try forgery.tree.move(String(folder), to: String(other))
      try forgery.commit()
      return ["the edit is damaged"]
    case .manyRows:
      // 2^40 rows, which no header can have.
      try forgery.replacePayload([69, 77, 68, 1, 0, 128, 128, 128, 128, 128, 32, 64, 0, 1])
      return ["rows", "payload"]
    case .hugeShape:
      try forgery.replacePayload(
        [69, 77, 68, 1, 1, 255, 255, 255, 255, 7, 255, 255, 255, 255, 7, 0, 1])
      return ["payload", "shape"]
    case .missingWords:
      let path = try forgery.tree.path(containing: "/deltas/")
      try forgery.replacePayload(Array(try forgery.tree.read(path).prefix(40)))
      return ["payload", "cut", "end"]
    case .zstdBomb:
      try forgery.replacePayload(ZstdBomb(forgery.payload()).claiming(1 << 33))
      return ["size of a zstd frame"]
    case .disguisedZstdBomb:
      let bomb = try ZstdBomb(forgery.payload())
      try forgery.replacePayload(bomb.claiming(bomb.expected))
      return ["zstd frame"]
    case .parentPath:
      try forgery.replaceTree { entries in
        try Array("100644 ../../x\0".utf8) + forgery.blob([1]) + entries
      }
      return ["the name at byte", "fullPathname", "contains full pathnames", "hasDotdot"]
    case .sameNameTwice:
      // In Git's order, a directory of a file's name need not stand beside it.
      try forgery.replaceTree { entries in
        let (blob, tree) = (try forgery.blob([1]), try forgery.emptyTree())
        return entries + Array("100644 zz\0".utf8) + blob + Array("100644 zz-\0".utf8) + blob
          + Array("40000 zz\0".utf8) + tree
      }
      return ["out of order or repeated", "duplicate"]
    case .manyFiles:
      try forgery.replaceTree { entries in
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36_000_000)
        let id = try forgery.blob([1])
        for number in 0..<1_000_000 {
          bytes += Array("100644 \(1_000_000 + number)".utf8) + [0] + id
        }
        return bytes + entries
      }
      return ["larger", "large", "limit"]
    case .noFormat:
      try forgery.tree.remove("format")
      try forgery.commit()
      return ["no file 'format'"]
    case .noteBomb:
      try forgery.makeNoteBomb()
      return ["notes"]
    case .strangeSettings:
      try forgery.makeReference("refs/emend/config", holding: "config.json", Array("{}\n".utf8))
      return ["config.json"]
    }
  }

  @Test(
    "fetched by plain Git all the same, a payload is refused by what would use it",
    arguments: [Attack.manyRows, .hugeShape, .missingWords, .zstdBomb, .disguisedZstdBomb])
  func fetchedByGit(attack: Attack) throws {
    let reasons = try forge(attack, Forgery(scene.hub))
    let git = try ReferenceGit(scene.directory["work/.emend"])
    try #require(git.run(["fetch", scene.hub, "main:refs/heads/forged"]).status == 0)
    for arguments in [
      ["apply", "forged", "--dry-run"], ["apply", "forged", "--output", "out"], ["fsck"],
      ["generate", "--at", "forged", "Oslo"],
    ] {
      let outcome = try bounded(arguments, "auto")
      #expect(outcome.ending == .exit(1), "\(arguments): \(outcome.outputText)\(outcome.errorText)")
      let text = outcome.outputText + outcome.errorText
      #expect(reasons.contains { text.contains($0) }, "\(arguments): \(text)")
    }
    #expect(try !listDirectory(scene.directory["work"]).contains("out"))
  }

  @Test(
    "references that go in circles are passed over or refused, in finite time",
    arguments: TransferTests.transports)
  func circles(transport: String) throws {
    for (name, target) in [("a", "b"), ("b", "a"), ("self", "self")] {
      try "ref: refs/heads/\(target)\n".write(
        toFile: scene.hub + "/refs/heads/" + name, atomically: true, encoding: .utf8)
    }
    let before = try scene.head("work", "refs/remotes/origin/main")
    for arguments in [["fetch"], ["clone", scene.hub, "../fresh"]] {
      let outcome = try bounded(arguments, transport)
      #expect(outcome.ending == .exit(0) || outcome.ending == .exit(1), "\(outcome.errorText)")
    }
    #expect(try scene.head("work", "refs/remotes/origin/main") == before)
    // The same here: what they name cannot be said, and that is told.
    for (name, target) in [("a", "b"), ("b", "a")] {
      try "ref: refs/heads/\(target)\n".write(
        toFile: scene.directory["work/.emend/refs/heads/\(name)"], atomically: true,
        encoding: .utf8)
    }
    for arguments in [["log", "--oneline"], ["fsck"]] {
      let outcome = try scene.emend(in: "work").run(arguments)
      #expect(
        outcome.ending == .exit(0) || outcome.ending == .exit(1), "\(arguments): \(outcome.ending)")
      #expect(outcome.ending == .exit(0) || !(outcome.outputText + outcome.errorText).isEmpty)
    }
  }
}

/// A dense payload for a tensor, whose one block is a zstd frame of gigabytes in a megabyte or less.
///
/// Sources: RFC 8878, section 3.1.1, for the frame; `Documentation/Format-delta.md` for the rest.
private struct ZstdBomb {
  private let header: [UInt8]
  private let elements: Int
  /// The bytes that the block's frame should hold.
  var expected: Int { elements }

  /// - Parameter payload: one of the tensor's, for its shape and grid.
  init(_ payload: [UInt8]) throws {
    var place = 5
    func varint() -> Int {
      var (value, shift) = (0, 0)
      while place < payload.count {
        let byte = payload[place]
        place += 1
        value |= Int(byte & 0x7f) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      return value
    }
    elements = varint() * varint()
    _ = varint()
    // The tensor is one block: 65,536 elements or fewer.
    try #require(elements > 0 && elements <= 65_536)
    // Version 1, dense.
    header = Array("EMD".utf8) + [1, 1] + payload[5..<place]
  }

  /// The payload with a frame that says that it holds so many bytes.
  func claiming(_ bytes: Int) -> [UInt8] {
    // One segment, its size in eight bytes; blocks of one byte repeated, as long as blocks can be.
    var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xe0]
    frame += (0..<8).map { UInt8(truncatingIfNeeded: bytes >> (8 * $0)) }
    let length = min(bytes, 1 << 17)
    let count = min((1 << 33) / length, 1 << 18)
    for block in 1...count {
      let word = length << 3 | 1 << 1 | (block == count ? 1 : 0)
      frame += (0..<3).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } + [7]
    }
    // Planes: method, step, one byte an element, size.
    return header + [2, 1, 1] + Self.varint(frame.count) + frame
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
