import Checkpoint
import Files
import Foundation
import Glibc
import TestSupport
import Testing

/// A disk that really is full, or cannot be written. What happens at each single call is `CrashTests`' matter.
@Suite(
  "Full and read-only disks",
  .enabled(if: SmallDisk.isAvailable, "mounting a small file system needs root"))
struct FullDiskTests {
  private let directory: TemporaryDirectory
  private let model: TinyModel
  private let repository: UserRepository

  init() throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
  }

  /// The repository on a disk of its own.
  private func moved(to disk: SmallDisk) throws -> EmendProcess {
    try FileManager.default.copyItem(atPath: repository.gitDirectory, toPath: disk.path + "/.emend")
    return EmendProcess(in: disk.path)
  }

  /// In our words, or where libgit2 writes in the system's.
  private static func saysFull(_ outcome: ProcessOutcome) -> Bool {
    let text = outcome.errorText.lowercased()
    return text.contains("the disk is full") || text.contains("no space left")
  }

  @Test("full while a checkpoint is written: nothing is left, and the room is named")
  func apply() throws {
    let disk = try SmallDisk(bytes: 300_000)
    let outcome = try repository.emend.run(["apply", "--output", disk.path + "/out"])
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errorText.contains("the disk is full"), "\(outcome.errorText)")
    #expect(outcome.errorText.contains(disk.path))
    #expect(try listDirectory(disk.path).isEmpty)
  }

  @Test("full while a commit is recorded: the last commit is intact, and with room it goes through")
  func commit() throws {
    let disk = try SmallDisk(bytes: 1 << 20)
    let emend = try moved(to: disk)
    let git = try ReferenceGit(disk.path + "/.emend")
    let head = try git("rev-parse", "HEAD").lines
    disk.fill()
    let before = try contents(of: disk.path)
    for arguments in [
      repository.commitArguments(model.second), ["revert", "HEAD"], ["branch", "b"],
    ] {
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(1), "\(arguments): \(outcome.errorText)")
      #expect(Self.saysFull(outcome), "\(outcome.errorText)")
      #expect(try git("rev-parse", "HEAD").lines == head)
      let after = try contents(of: disk.path)
      #expect(
        Set(after.keys).subtracting(before.keys).filter { !$0.hasSuffix("/") } == [], "\(arguments)"
      )
    }
    #expect(try git.complaints() == "")
    #expect(try emend.run(["fsck"]).ending == .exit(0))
    disk.makeRoom()
    for arguments in [
      repository.commitArguments(model.second), ["revert", "HEAD~1"], ["branch", "b"],
    ] {
      #expect(try emend.run(arguments).ending == .exit(0), "\(arguments)")
    }
  }

  /// A branch `side` with a commit of its own, and an edited checkpoint.
  /// - Returns: what records commits from them, or tidies up.
  private func prepareJoining() throws -> [[String]] {
    try repository("switch", "--create", "side")
    try repository.commit(model.second)
    try repository("apply", "--output", directory["edited"])
    try repository("switch", "main")
    try repository.commit(
      directory.write(TinyModel.facts([("Lodz", "Riga")]), to: "third.jsonl"))
    return [["merge", "side"], ["cherry-pick", "side"], ["import", directory["edited"]], ["gc"]]
  }

  @Test("full while branches are merged, a checkpoint is imported or packs are joined")
  func joining() throws {
    let verbs = try prepareJoining()
    for arguments in verbs {
      let disk = try SmallDisk(bytes: 2 << 20)
      let emend = try moved(to: disk)
      let git = try ReferenceGit(disk.path + "/.emend")
      let references = try git("for-each-ref").lines
      disk.fill()
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(1), "\(arguments): \(outcome.errorText)")
      #expect(Self.saysFull(outcome), "\(arguments): \(outcome.errorText)")
      #expect(try git("for-each-ref").lines == references, "\(arguments)")
      #expect(try git.complaints() == "")
      #expect(try emend.run(["fsck"]).ending == .exit(0), "\(arguments)")
      disk.makeRoom()
      let again = try emend.run(arguments)
      #expect(again.ending == .exit(0), "\(arguments): \(again.errorText)")
      #expect(try emend.run(["fsck"]).ending == .exit(0), "\(arguments)")
    }
  }

  @Test("read-only where branches are merged, a checkpoint is imported or packs are joined")
  func readOnlyJoining() throws {
    let verbs = try prepareJoining()
    let disk = try SmallDisk(bytes: 2 << 20)
    let emend = try moved(to: disk)
    try #require(disk.makeReadOnly())
    let before = try contents(of: disk.path)
    for arguments in verbs {
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(1), "\(arguments): \(outcome.errorText)")
      #expect(
        outcome.errorText.lowercased().contains("read-only"), "\(arguments): \(outcome.errorText)")
    }
    #expect(try contents(of: disk.path) == before)
  }

  /// How a disk refuses.
  enum Refusal: CaseIterable { case full, readOnly }

  @Test("full or read-only at the end where edits arrive", arguments: Refusal.allCases)
  func arriving(refusal: Refusal) throws {
    let scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u")
    try scene.clone(to: "mine")
    try scene.commit(scene.model.second, in: "mine", message: "Mine")
    try scene("mine", "push")
    try scene.commit(scene.model.clash, in: "mine", message: "More")
    // Where the command runs, and what lies on the small disk.
    let cases: [(place: String, arguments: [String], moved: String)] = [
      ("work", ["fetch"], "work/.emend"), ("work", ["pull"], "work/.emend"),
      ("mine", ["push"], "hub.git"), ("new", ["clone", scene.hub, "copy"], "new"),
    ]
    try FileManager.default.createDirectory(
      atPath: scene.directory["new"], withIntermediateDirectories: true)
    for (place, arguments, moved) in cases {
      let original = moved == "hub.git" ? scene.hub : scene.directory[moved]
      let kept = original + ".kept"
      let disk = try SmallDisk(bytes: 2 << 20)
      try FileManager.default.copyItem(atPath: original, toPath: disk.path + "/moved")
      try FileManager.default.moveItem(atPath: original, toPath: kept)
      try FileManager.default.createSymbolicLink(
        atPath: original, withDestinationPath: disk.path + "/moved")
      defer {
        try? FileManager.default.removeItem(atPath: original)
        try? FileManager.default.moveItem(atPath: kept, toPath: original)
      }
      switch refusal {
      case .full: disk.fill()
      case .readOnly: try #require(disk.makeReadOnly())
      }
      func references() throws -> [String] {
        moved == "new" ? [] : try ReferenceGit(original)("for-each-ref").lines
      }
      let before = try references()
      let outcome = try scene.emend(in: place).run(arguments)
      let comment: Comment = "\(refusal), \(arguments): \(outcome.ending) \(outcome.errorText)"
      #expect(outcome.ending == .exit(1), comment)
      // A push shows each reference that was refused, with the other side's words.
      let text = arguments == ["push"] ? outcome.outputText : outcome.errorText
      #expect(
        text.contains(arguments == ["push"] ? "error: remote unpack failed" : "error: "), comment)
      #expect(try references() == before, comment)
      if moved == "new" {
        #expect(try listDirectory(original).filter { $0 == "copy" } == [], comment)
      } else {
        #expect(try ReferenceGit(original).complaints() == "", comment)
      }
      guard refusal == .full else { continue }
      disk.makeRoom()
      let again = try scene.emend(in: place).run(arguments)
      #expect(again.ending == .exit(0), "\(arguments): \(again.errorText)")
    }
  }

  @Test("full while a repository is made: there is none")
  func initialise() throws {
    let disk = try SmallDisk(bytes: 40_000)
    let outcome = try EmendProcess(in: disk.path).run(repository.initArguments)
    #expect(outcome.ending == .exit(1))
    #expect(Self.saysFull(outcome), "\(outcome.errorText)")
    #expect(try listDirectory(disk.path).isEmpty)
  }

  /// What an index of facts can be when it is asked.
  enum IndexState: CaseIterable { case missing, stale, damaged }

  @Test(
    "where no index of facts can be kept, it is built for each question",
    arguments: IndexState.allCases, Refusal.allCases)
  func unkeptIndex(index: IndexState, refusal: Refusal) throws {
    if index != .missing { try repository("blame", "Oslo") }
    if index == .stale { try repository.commit(model.second) }
    if index == .damaged {
      let directory = repository.gitDirectory + "/emend/cache/fact-subjects"
      for path in try contents(of: directory).keys where !path.hasSuffix("/") {
        try FileManager.default.removeItem(atPath: directory + path)
      }
    }
    let disk = try SmallDisk(bytes: 1 << 20)
    let emend = try moved(to: disk)
    switch refusal {
    case .full: disk.fill()
    case .readOnly: try #require(disk.makeReadOnly())
    }
    // Directories take no room.
    func files() throws -> [String: String] {
      try contents(of: disk.path).filter { !$0.key.hasSuffix("/") }
    }
    let before = try files()
    for arguments in [["blame", "Oslo"], ["log", "--subject", "Oslo"]] {
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(0), "\(arguments): \(outcome.errorText)")
      #expect(
        outcome.errorText.hasPrefix("warning: the index of facts cannot be kept"),
        "\(outcome.errorText)")
      let expected = try repository(arguments).outputText
      #expect(outcome.outputText == expected, "\(arguments)")
    }
    #expect(try files() == before)
  }

  @Test("where the base's stamp cannot be kept, the base is read and used all the same")
  func unkeptStamp() throws {
    let weights = model.kit.base + "/model.safetensors"
    #expect(utimensat(AT_FDCWD, weights, nil, 0) == 0)
    let disk = try SmallDisk(bytes: 1 << 20)
    let emend = try moved(to: disk)
    try #require(disk.makeReadOnly())
    for _ in 0..<2 {
      let outcome = try emend.run(["apply", "--dry-run", "--json"])
      #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
      #expect(
        outcome.errorText.hasPrefix("warning: the base's stamp cannot be kept"),
        "\(outcome.errorText)")
      let document = try JSONValue(parsing: outcome.output, file: "standard output")
      #expect(try document["data"]?["fingerprint"]?.string == repository.fingerprint())
      #expect(utimensat(AT_FDCWD, weights, nil, 0) == 0)
    }
  }

  @Test("where nothing can be written, what only reads works, and the rest says why")
  func readOnly() throws {
    let disk = try SmallDisk(bytes: 1 << 20)
    let emend = try moved(to: disk)
    try #require(disk.makeReadOnly())
    let before = try contents(of: disk.path)
    for arguments in [
      ["status"], ["log"], ["show"], ["facts"], ["diff", "HEAD~1"], ["branch"], ["tag"],
      ["op", "log"],
      ["blame", "Oslo"], ["log", "--subject", "Oslo"], ["facts", "--grep", "Oslo"], ["reflog"],
      ["fsck"], ["generate", "Oslo"], ["apply", "--dry-run"], ["base"],
      ["apply", "--output", directory["work/out"]],
    ] {
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(0), "\(arguments): \(outcome.errorText)")
    }
    for arguments in [
      repository.commitArguments(model.second), ["revert", "HEAD"], ["branch", "b"], ["undo"],
      ["apply", "--output", "out"], ["init", "--base", model.kit.base, "new"],
    ] {
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(1), "\(arguments): \(outcome.errorText)")
      #expect(outcome.errorText.lowercased().contains("read-only"), "\(outcome.errorText)")
    }
    #expect(try contents(of: disk.path) == before)
  }
}
