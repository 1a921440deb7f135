import Checkpoint
import Foundation
import TestSupport
import Testing

/// What a power cut or a disk does to the commit that `HEAD` is on, or to the files that say which one that is: `fsck` looks at
/// everything else, and the commands that lead out go on.
@Suite("References and commits that cannot be read")
struct DamagedHistoryTests {
  enum Damage: String, CaseIterable, CustomTestStringConvertible {
    case emptyBranch, emptyHead, missingCommit, shortCommit, foreignCommit

    var testDescription: String { rawValue }
  }

  private let scene: Scene
  private let git: ReferenceGit

  init() throws {
    scene = try Scene()
    try scene.repository("branch", "side", "HEAD~1")
    try scene.repository("tag", "v1", "HEAD~1")
    git = try scene.repository.git()
  }

  private func file(_ name: String) -> String { "work/.emend/" + name }

  private func write(_ bytes: [UInt8], to name: String) throws {
    // Git takes the right to write from its objects.
    try FileManager.default.removeItem(atPath: scene.directory[file(name)])
    try scene.directory.write(bytes, to: file(name))
  }

  /// Gives each object a file of its own.
  private func unpack() throws {
    for name in try FileManager.default.contentsOfDirectory(
      atPath: scene.directory[file("objects/pack")])
    {
      let bytes = try scene.directory.read(file("objects/pack/" + name))
      try FileManager.default.removeItem(atPath: scene.directory[file("objects/pack/" + name)])
      guard name.hasSuffix(".pack") else { continue }
      #expect(try git.run(["unpack-objects", "-q"], input: bytes).status == 0)
    }
  }

  /// - Returns: the commit that HEAD was on, and what `fsck` is to name.
  private func damage(_ damage: Damage) throws -> (head: String, named: String) {
    let head = try scene.id("HEAD")
    let object = "objects/\(head.prefix(2))/\(head.dropFirst(2))"
    switch damage {
    case .emptyBranch:
      try write([], to: "refs/heads/main")
      return (head, "damage: reference refs/heads/main: the reference's file is damaged")
    case .emptyHead:
      try write([], to: "HEAD")
      return (head, "damage: reference HEAD: the reference's file is damaged")
    case .missingCommit:
      try unpack()
      try FileManager.default.removeItem(atPath: scene.directory[file(object)])
      return (head, "damage: commit \(head): the object is missing")
    case .shortCommit:
      try unpack()
      let bytes = try scene.directory.read(file(object))
      try write(Array(bytes.prefix(bytes.count / 2)), to: object)
      return (head, "damage: commit \(head): the object is damaged")
    case .foreignCommit:
      let tree = try #require(git.run(["mktree"]).lines.first)
      let commit = try #require(git("commit-tree", "-m", "Pages", tree).lines.first)
      try write(Array((commit + "\n").utf8), to: "refs/heads/main")
      return (head, "damage: tree \(tree): the tree has no file 'format'")
    }
  }

  @Test("fsck names it, and looks at the rest", arguments: Damage.allCases)
  func checked(kind: Damage) throws {
    let (_, named) = try damage(kind)
    let check = try scene.repository.emend.run(["fsck"])
    #expect(check.ending == .exit(1))
    #expect(check.outputText.contains(named), "\(check.outputText)\(check.errorText)")
    // Those of the branch beside it, at least.
    let document = try scene.repository.emend.run(["fsck", "--json"]).outputText
    #expect(document.contains("\"clean\":false"), "\(document)")
    #expect(!document.contains("\"edits\":0"), "\(document)")
    // That is what was run.
    #expect(!document.contains("emend fsck"), "\(document)")
  }

  @Test("what does not need it goes on", arguments: Damage.allCases)
  func goesOn(kind: Damage) throws {
    _ = try damage(kind)
    for arguments in [
      ["op", "log"], ["reflog"], ["reflog", "main"], ["branch"], ["tag"], ["config", "list"],
      ["cache", "list"], ["log", "side"], ["show", "v1"],
    ] { try scene.repository(arguments) }
  }

  @Test("what needs it says what is damaged", arguments: [Damage.emptyBranch, .emptyHead])
  func refused(kind: Damage) throws {
    let (head, _) = try damage(kind)
    for arguments in [["status"], ["log"], ["show"], ["merge", "side"], ["revert", "side"]] {
      try expectRefusal(
        scene.repository, arguments, 1, ["the reference's file is damaged", head, "emend "])
    }
  }

  @Test("another branch leads out", arguments: Damage.allCases)
  func switched(kind: Damage) throws {
    _ = try damage(kind)
    try scene.repository("switch", "side")
    #expect(try scene.lines("status")[0] == "On branch side")
  }

  @Test("setting the branch anew leads out", arguments: Damage.allCases)
  func reset(kind: Damage) throws {
    let (head, _) = try damage(kind)
    try scene.repository("reset", "v1")
    #expect(try scene.id("HEAD") == scene.id("v1"))
    if kind == .emptyBranch {
      // Its log says where it was, and that commit is whole.
      try scene.repository("reset", head)
      #expect(try scene.id("main") == head)
    }
    if kind != .missingCommit, kind != .shortCommit { #expect(try git.complaints() == "") }
    try scene.repository("log")
  }

  @Test("a damaged commit is taken back", arguments: [Damage.missingCommit, .shortCommit])
  func undone(kind: Damage) throws {
    try scene.repository("tag", "-d", "v1")
    try scene.repository("branch", "-D", "side")
    let parent = try scene.id("HEAD~1")
    _ = try damage(kind)
    // The tag, the branch, and then the commit.
    for _ in 0..<5 { try scene.repository("undo") }
    #expect(try scene.id("HEAD") == parent)
    try scene.repository("log")
  }

  @Test("damaged branches, tags and what is known of a remote are set anew too")
  func besideHead() throws {
    try scene.repository("remote", "add", "origin", scene.repository.gitDirectory)
    try scene.repository("fetch")
    let head = try scene.id("HEAD")
    let names = ["refs/heads/side", "refs/tags/v1", "refs/remotes/origin/main"]
    for name in names { try write([], to: name) }
    let check = try scene.repository.emend.run(["fsck"]).outputText
    for name in names { #expect(check.contains("damage: reference \(name)"), "\(check)") }
    #expect(check.contains("  hint: Set it anew: "), "\(check)")
    let document = try JSONValue(
      parsing: scene.repository.emend.run(["fsck", "--json"]).output, file: "fsck")["data"]
    let remedy = document?["findings"]?.array?.first?["remedy"]?.string
    #expect(remedy?.hasPrefix("Set it anew: ") == true)
    for arguments in [
      ["switch", "side"], ["branch", "-D", "side"], ["branch", "-m", "side", "x"],
    ] {
      try expectRefusal(
        scene.repository, arguments, 1,
        ["the reference's file is damaged", "refs/heads/side", "Set it anew: "])
    }
    try scene.repository("branch", "--force", "side", "HEAD~1")
    try scene.repository("tag", "--force", "v1", "HEAD~1")
    try scene.repository("fetch")
    #expect(try scene.id("origin/main") == head)
    #expect(try scene.lines("fsck")[0].hasPrefix("sound"))
    #expect(try git.complaints() == "")
  }

  @Test("a commit that is missing further back is damage, and no wrong name")
  func furtherBack() throws {
    let missing = try scene.id("v1")
    try unpack()
    try FileManager.default.removeItem(
      atPath: scene.directory[file("objects/\(missing.prefix(2))/\(missing.dropFirst(2))")])
    for arguments in [
      ["log"], ["log", "--subject", "Oslo"], ["show", "v1"], ["show", "HEAD~1"],
      ["diff", "v1", "HEAD"],
      ["reset", "v1"], ["merge", "side"], ["bisect", "start", "HEAD", "HEAD~2"],
    ] {
      try expectRefusal(
        scene.repository, arguments, 1, ["the object is missing from the repository", missing])
    }
    // Nothing here leads to an object that somebody made up.
    try expectRefusal(scene.repository, ["reset", missing], 2, ["there is no such"])
  }

  @Test("a branch that names a tag is damage, and hides no other branch")
  func tagAsBranch() throws {
    try scene.repository("tag", "-m", "Two", "v2")
    let tag = try #require(git("rev-parse", "v2").lines.first)
    try scene.directory.write(tag + "\n", to: file("refs/heads/odd"))
    let check = try scene.repository.emend.run(["fsck"])
    #expect(check.ending == .exit(1) && check.outputText.contains("damage: commit \(tag)"))
    #expect(try scene.lines("branch").count == 3)
  }

  @Test("a directory .emend that is no repository hides one above it")
  func incomplete() throws {
    try scene.directory.write([], to: "work/below/.emend/config")
    let below = EmendProcess(in: scene.directory["work/below"])
    for arguments in [["undo"], ["fsck"]] {
      let outcome = try below.run(arguments)
      #expect(outcome.ending == .exit(1) && outcome.errorText.contains("work/below/.emend"))
    }
    // The tag was the last operation there.
    #expect(try scene.lines("tag").count == 1)
  }

  @Test("the log of operations is not begun anew where it is damaged")
  func operations() throws {
    try write([], to: "refs/emend/operations")
    #expect(
      try scene.repository.emend.run(["fsck"]).outputText
        .contains("damage: reference refs/emend/operations"))
    try expectRefusal(scene.repository, ["reset", "v1"], 1, ["refs/emend/operations"])
  }

  @Test("a branch that cannot be a state is not gone to", arguments: ["commit", "blob"])
  func notGoneTo(kind: String) throws {
    let tree = try #require(git.run(["mktree"]).lines.first)
    let object =
      kind == "commit"
      ? try git("commit-tree", "-m", "Pages", tree).lines[0]
      : try #require(git.run(["hash-object", "-w", "--stdin"], input: [1]).lines.first)
    try scene.directory.write(object + "\n", to: file("refs/heads/pages"))
    try expectRefusal(scene.repository, ["switch", "pages"], 1, [])
  }
}
