import Checkpoint
import Files
import Foundation
import Glibc
import TestSupport
import Testing

/// What one person leaves on a server locks nobody else out.
@Suite("Odd things on a server")
struct OddServerTests {
  private let scene: SharedScene
  private let hub: ReferenceGit

  init() throws {
    scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u")
    hub = try ReferenceGit(scene.hub)
  }

  /// A fetch and a clone that succeed, with a warning that has some words.
  private func comesThrough(
    _ transport: String = "auto", warning words: String, _ arguments: String...
  ) throws {
    for (place, arguments) in [
      ("work", ["fetch"] + arguments), (".", ["clone", scene.hub, "fresh"]),
    ] {
      var emend = try scene.emend(in: place)
      emend.environment["GIT_CONFIG_VALUE_0"] = transport
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(0), "\(arguments): \(outcome.errorText)")
      #expect(outcome.errorText.contains(words), "\(arguments): \(outcome.errorText)")
    }
    #expect(try scene("fresh", "fsck").outputText.hasPrefix("sound"))
    #expect(try scene.isSound(scene.directory["fresh/.emend"]))
    #expect(try scene("work", "fsck").outputText.hasPrefix("sound"))
  }

  @Test("a branch HEAD is left out", arguments: TransferTests.transports)
  func branchHead(transport: String) throws {
    try hub("update-ref", "refs/heads/HEAD", "main~1")
    try hub("branch", "later", "main~1")
    try comesThrough(transport, warning: "the branch HEAD")
    #expect(try scene.head("work", "refs/remotes/origin/later") == scene.head("work", "main~1"))
  }

  @Test("branches below a name take the place of the branch of that name, and undo puts it back")
  func below() throws {
    try hub("branch", "feature", "main~1")
    try scene("work", "fetch")
    try hub("branch", "-D", "feature")
    try hub("branch", "feature/x", "main")
    try scene("work", "fetch")
    let work = try ReferenceGit(scene.directory["work/.emend"])
    let listed = ["for-each-ref", "--format=%(refname:short)", "refs/remotes/origin/feature*"]
    #expect(try work.run(listed + ["refs/remotes/origin/feature"]).lines == ["origin/feature/x"])
    try scene("work", "undo")
    #expect(try work.run(listed).lines == ["origin/feature"])
    try scene("work", "fetch")
    try hub("branch", "-D", "feature/x")
    try hub("branch", "feature", "main")
    try scene("work", "fetch")
    #expect(try work.run(listed).lines == ["origin/feature"])
  }

  @Test("a branch and a tag of something else are left out", arguments: TransferTests.transports)
  func pages(transport: String) throws {
    let page = try hub.run(["hash-object", "-w", "--stdin"], input: Array("<p>".utf8)).lines[0]
    let tree = try hub.run(["mktree"], input: Array("100644 blob \(page)\tindex.html\n".utf8))
      .lines[0]
    let commit = try hub("commit-tree", "-m", "Page", tree).lines[0]
    try hub("update-ref", "refs/heads/pages", commit)
    try hub("tag", "pages-1", commit)
    try scene.commit(scene.model.second, in: "work", message: "Two")
    try hub("update-ref", "refs/heads/later", "main")
    try comesThrough(transport, warning: "the branch pages, which is not emend's")
    for place in ["work", "fresh"] {
      let git = try ReferenceGit(scene.directory[place + "/.emend"])
      #expect(try git("tag").lines.isEmpty)
      #expect(
        try git.run(["rev-parse", "--verify", "-q", "refs/remotes/origin/pages"]).status == 1)
      #expect(
        try git("rev-parse", "refs/remotes/origin/later").lines == hub("rev-parse", "main").lines)
    }
    let again = try scene("work", "fetch")
    #expect(again.outputText == "origin: nothing new\n", "\(again.outputText)")
    let named = try scene.emend(in: "work").run(["fetch", "origin", "pages"])
    #expect(named.ending == .exit(1))
    #expect(named.errorText.contains("no file 'format'"), "\(named.errorText)")
  }

  @Test(
    "names that are not UTF-8 or look alike are left out; nothing of them stays",
    arguments: TransferTests.transports)
  func names(transport: String) throws {
    let commit = try hub("rev-parse", "main").lines[0]
    for kind in ["heads", "tags"] {
      let path =
        "\(scene.hub)/refs/\(kind)/caf".utf8CString.dropLast() + [CChar(bitPattern: 0xe9), 0]
      let file = try #require(fopen(Array(path), "w"))
      fputs(commit + "\n", file)
      fclose(file)
    }
    try hub("update-ref", "refs/heads/n\u{303}", "main~1")
    try hub("update-ref", "refs/heads/\u{f1}", "main")
    try hub("tag", "v1", "main")
    try comesThrough(transport, warning: "whose name is not UTF-8")
    for place in ["work", "fresh"] {
      let git = try ReferenceGit(scene.directory[place + "/.emend"])
      #expect(
        try git("rev-parse", "refs/remotes/origin/n\u{303}").lines
          == hub("rev-parse", "main~1").lines)
      #expect(try git("rev-parse", "v1").lines == [commit])
      #expect(try git("for-each-ref", "refs/remotes/origin").lines.count <= 3)
    }
    #expect(try listDirectory(scene.directory["work/.emend/emend/incoming"]) == ["lock"])
  }

  @Test("a remote with SHA-256 ids is refused by name")
  func otherIdentifiers() throws {
    let path = scene.directory["other.git"]
    try ReferenceGit()("init", "--quiet", "--bare", "--object-format=sha256", path)
    let other = try ReferenceGit(path)
    let tree = try other.run(["mktree"]).lines[0]
    try other("update-ref", "refs/heads/main", other("commit-tree", "-m", "x", tree).lines[0])
    for arguments in [["fetch", path], ["clone", path, "../fresh"]] {
      let refused = try scene.emend(in: "work").run(arguments)
      #expect(refused.ending == .exit(1), "\(arguments): \(refused.outputText)")
      #expect(refused.errorText.contains("SHA-256"), "\(refused.errorText)")
    }
  }

  @Test("with --all, each remote is asked, whatever became of the one before")
  func deadRemote() throws {
    try scene("work", "remote", "add", "dead", scene.directory["nowhere.git"])
    try scene("work", "remote", "add", "zebra", scene.hub)
    let outcome = try scene.emend(in: "work").run(["fetch", "--all"])
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errorText.contains("nowhere.git"), "\(outcome.errorText)")
    #expect(outcome.outputText.contains("zebra/main"), "\(outcome.outputText)")
    // For a program, what came and why not all of it, in one document.
    let again = try scene.emend(in: "work").run(["fetch", "--all", "--json"])
    #expect(again.ending == .exit(1))
    let document = try JSONValue(parsing: again.output, file: "output")
    #expect(
      document["data"]?["remotes"]?.array?.map { $0["remote"]?.string } == ["origin", "zebra"])
    #expect(document["error"]?["summary"]?.string != nil)
    try scene("work", "remote", "remove", "origin")
    try scene("work", "remote", "remove", "zebra")
    let none = try scene.emend(in: "work").run(["fetch", "--all"])
    #expect(none.ending == .exit(1) && none.outputText.isEmpty, "\(none.outputText)")
  }

  @Test("--no-notes leaves notes where they are")
  func noNotes() throws {
    try hub("notes", "--ref=emend", "add", "-m", "x", "main")
    try scene("work", "fetch", "--no-notes")
    let clone = try scene.emend(in: ".").run(["clone", "--no-notes", scene.hub, "fresh"])
    #expect(clone.ending == .exit(0), "\(clone.errorText)")
    for place in ["work", "fresh"] {
      let git = try ReferenceGit(scene.directory[place + "/.emend"])
      #expect(try git("for-each-ref", "refs/notes").lines.isEmpty)
    }
    try scene("work", "fetch")
    #expect(
      try ReferenceGit(scene.directory["work/.emend"])("for-each-ref", "refs/notes").lines.count
        == 1)
  }

  @Test("a shallow clone asks for the rest before it fetches")
  func shallow() throws {
    try FileManager.default.createDirectory(
      atPath: scene.directory["shallow"], withIntermediateDirectories: true)
    try ReferenceGit()(
      "clone", "--quiet", "--bare", "--depth=1", "file://\(scene.hub)",
      scene.directory["shallow/.emend"])
    try hub("branch", "later", "main~1")
    let refused = try scene.emend(in: "shallow").run(["fetch"])
    #expect(refused.ending == .exit(1), "\(refused.outputText)")
    #expect(refused.errorText.contains("fetch --unshallow"), "\(refused.errorText)")
  }

  @Test("a repository that borrows objects by a relative path fetches as any other")
  func borrowed() throws {
    let (own, lender) = (scene.directory["work/.emend/objects"], scene.directory["lender.git"])
    try ReferenceGit()("init", "--quiet", "--bare", lender)
    for name in try listDirectory(own + "/pack") {
      try moveFile("\(own)/pack/\(name)", to: "\(lender)/objects/pack/\(name)")
    }
    try makeDirectories(own + "/info")
    try Data("../../../lender.git/objects\n".utf8).write(
      to: URL(filePath: own + "/info/alternates"))
    let commit = try hub("commit-tree", "-m", "Note", "-p", "main", "main^{tree}").lines[0]
    try hub("update-ref", "refs/heads/main", commit)
    try scene("work", "fetch")
    #expect(try scene.head("work", "refs/remotes/origin/main") == commit)
  }
}
