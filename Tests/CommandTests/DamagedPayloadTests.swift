import Checkpoint
import Foundation
import TestSupport
import Testing

/// A byte that changed in a payload: Git's own hash sees it where the object was changed, emend's where
/// somebody rewrote the objects so that Git is content (I3).
@Suite("A flipped byte in a payload (I3)")
struct DamagedPayloadTests {
  private let directory: TemporaryDirectory
  private let model: TinyModel
  private let repository: UserRepository

  init() throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
    try repository.commit(model.second, message: "Good")
  }

  /// Rewrites the last commit with one byte changed in a file whose path contains `part`.
  private func tamper(_ part: String) throws -> (edit: String, commit: String) {
    let git = try repository.git()
    let edit = try #require(
      git("log", "-1", "--format=%(trailers:key=Emend-Edit,valueonly)").lines.first)
    let tampered = try TamperedTree(repository.gitDirectory)
    let path = try #require(
      tampered.paths(in: TamperedTree.folder(ofEdit: edit)).first { $0.contains(part) })
    var bytes = try tampered.read(path)
    bytes[bytes.count - 2] ^= 0x04
    try tampered.write(bytes, to: path)
    return (edit, try tampered.commit("Good", on: "HEAD~1"))
  }

  @Test("an audit of a range is no cleaner than the repository: damage beside the range fails it")
  func besideTheRange() throws {
    _ = try tamper("deltas/transformer.h.1")
    try repository("revert", "HEAD", "HEAD~1")
    let audit = ["audit", "HEAD~1..HEAD", "--stats", model.kit.moments]
    let outcome = try repository.emend.run(audit)
    #expect(outcome.ending == .exit(1) && outcome.outputText.contains("FAILED"))
    #expect(outcome.outputText.contains("integrity"), "\(outcome.outputText)")
    // The commit itself is what it says.
    #expect(outcome.outputText.contains("1 commit: 1 clean"))
  }

  @Test(
    "rewritten consistently, fsck names the edit, the file and the commit, and nothing uses it",
    arguments: ["deltas/transformer.h.1", "targets/000", "facts.jsonl", "edit.json"])
  func rewritten(part: String) throws {
    let (edit, commit) = try tamper(part)
    #expect(try repository.git().complaints() == "", "Git itself sees nothing")
    let check = try repository.emend.run(["fsck", "--json"])
    #expect(check.ending == .exit(1))
    #expect(check.outputText.contains("\"clean\":false"))
    #expect(check.outputText.contains(edit.prefix(12)), "\(check.outputText)")
    #expect(check.outputText.contains(commit))
    let text = try repository.emend.run(["fsck"]).outputText
    #expect(text.contains("damage") && text.contains("needed by: \(commit.prefix(12))"), "\(text)")
    #expect(text.contains("DAMAGED"))
    if part.hasPrefix("deltas") {
      try expectRefusal(
        repository, ["apply", "--output", "out"], 1,
        ["the edit is damaged", String(edit.prefix(12)), part, "emend fsck"])
    }
    if part != "targets/000" {
      let applied = try repository.emend.run(["show"])
      #expect(applied.ending == .exit(1) || part.hasPrefix("deltas"))
    }
    // The commit before is whole.
    try repository("reset", "HEAD~1")
    try repository("apply", "--output", "out")
  }

  @Test("a base whose grid is not that of the payloads, which no fingerprint tells, is found")
  func otherGrid() throws {
    let tampered = try TamperedTree(repository.gitDirectory)
    let base = String(decoding: try tampered.read("base.json"), as: UTF8.self)
    let grid = try #require(
      base.firstMatch(of: /"gridExponent": (-\d+),\n *"name": "transformer.h.1.mlp.fc_out/))
    try tampered.write(
      Array(base.replacing(grid.0, with: grid.0.replacing(grid.1, with: "-40")).utf8),
      to: "base.json")
    let commit = try tampered.commit("Other grid")
    let check = try repository.emend.run(["fsck"])
    #expect(check.ending == .exit(1))
    for part in [
      "gridExponent", "found:    -40", "expected: \(grid.1)", String(commit.prefix(12)),
    ] {
      #expect(check.outputText.contains(part), "\(check.outputText)")
    }
  }

  @Test(
    "a hyperparameter that is no number is refused as such", arguments: ["inf", "-inf", "1e999"])
  func infinite(text: String) throws {
    let tampered = try TamperedTree(repository.gitDirectory)
    let folder = TamperedTree.folder(
      ofEdit: try #require(
        repository.git()("log", "-1", "--format=%(trailers:key=Emend-Edit,valueonly)").lines.first))
    try tampered.rewriteManifest(in: folder) {
      $0.replacing("\"v_lr\": \"0.5\"", with: "\"v_lr\": \"\(text)\"")
    }
    try tampered.commit("Infinite")
    try expectRefusal(
      repository, ["resolve", "HEAD", "--stats", model.kit.moments], 2, ["v_lr", text])
  }

  @Test("targets that are none are found, their SHA-256 being right", arguments: [0, 20, 200])
  func noTargets(kept: Int) throws {
    let tampered = try TamperedTree(repository.gitDirectory)
    let edit = try #require(
      repository.git()("log", "-1", "--format=%(trailers:key=Emend-Edit,valueonly)").lines.first)
    let folder = TamperedTree.folder(ofEdit: edit)
    let old = try tampered.read(folder + "/targets/000")
    let new = old.prefix(kept) + [UInt8](repeating: 255, count: kept == 0 ? old.count : 0)
    try tampered.write(Array(new), to: folder + "/targets/000")
    try tampered.rewriteManifest(in: folder) {
      $0.replacing(Digest(of: old).hexadecimal, with: Digest(of: Array(new)).hexadecimal)
        .replacing("\"bytes\": \(old.count),", with: "\"bytes\": \(new.count),")
    }
    try tampered.commit("No targets", on: "HEAD~1")
    let check = try repository.emend.run(["fsck"])
    #expect(check.ending == .exit(1))
    #expect(check.outputText.contains("the stored targets are damaged"), "\(check.outputText)")
    try expectRefusal(
      repository, ["resolve", "HEAD", "--stats", model.kit.moments], 1,
      ["the stored targets are damaged"])
  }

  @Test("a byte of a pack: fsck says what cannot be read")
  func packed() throws {
    let packs = repository.gitDirectory + "/objects/pack/"
    let largest = try FileManager.default.contentsOfDirectory(atPath: packs)
      .filter { $0.hasSuffix(".pack") }
      .map { (name: $0, size: try Data(contentsOf: URL(filePath: packs + $0)).count) }
      .max { $0.size < $1.size }
    let pack = try #require(largest).name
    var bytes = try Data(contentsOf: URL(filePath: packs + pack))
    bytes[bytes.count / 2] ^= 0x10
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: packs + pack)
    try bytes.write(to: URL(filePath: packs + pack))
    let check = try repository.emend.run(["fsck"])
    #expect(check.ending == .exit(1))
    #expect(check.outputText.contains("damage"), "\(check.outputText)\(check.errorText)")
    #expect(check.outputText.contains("DAMAGED"))
  }
}
