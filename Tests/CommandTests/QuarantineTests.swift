import Files
import Foundation
import TestSupport
import Testing

/// A server's `pre-receive` hook sees what was pushed by Git's variables alone: until it agrees, objects that came are in a directory
/// of their own. Pushed is by plain Git.
@Suite("A push that waits for a server's hook")
struct QuarantineTests {
  private let scene: SharedScene
  private let work: ReferenceGit
  private let hub: ReferenceGit

  init() throws {
    scene = try SharedScene()
    (work, hub) = (
      try ReferenceGit(scene.directory["work/.emend"]), try ReferenceGit(scene.hub)
    )
  }

  /// Has the server run a command of emend's for each commit that is pushed, as `$new`.
  private func hook(_ name: String = "pre-receive", running command: String) throws {
    let path = "\(scene.hub)/hooks/\(name)"
    try makeDirectories(scene.hub + "/hooks")
    let text = """
      #!/bin/sh
      emend() { '\(try EmendProcess.executable())' "$@"; }
      while read old new name; do
        [ -n "$GIT_QUARANTINE_PATH" ] || { echo no quarantine; exit 3; }
        \(command) || exit 1
      done

      """
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private func push(_ branch: String) throws -> (status: Int32, words: String) {
    let outcome = try work.run(["push", scene.hub, branch])
    return (outcome.status, outcome.errors)
  }

  @Test("what was pushed can be verified, audited and shown, from the first push on")
  func read() throws {
    try hook(
      running: """
        emend fsck --repo . $new && emend audit --repo . $new && emend log --oneline --repo . $new
        """)
    try work("branch", "first", "main~1")
    for (branch, commits) in [("first", 2), ("main", 3)] {
      let pushed = try push(branch)
      #expect(pushed.status == 0, "\(pushed.words)")
      #expect(pushed.words.contains("remote: sound: \(commits) commits"), "\(pushed.words)")
      #expect(pushed.words.contains("not checked"), "\(pushed.words)")
      #expect(pushed.words.contains(try scene.head("work", branch).prefix(12)), "\(pushed.words)")
      #expect(try hub("rev-parse", branch).lines == [scene.head("work", branch)])
    }
    #expect(try scene.isSound(scene.hub))
  }

  @Test("damage is told, of what was pushed alone and in an audit, and nothing of it stays")
  func damage() throws {
    _ = try push("main")
    let tampered = try TamperedTree(scene.directory["work/.emend"], from: "main")
    let path = try tampered.path(containing: "/deltas/")
    var payload = try tampered.read(path)
    payload[payload.count / 2] ^= 1
    try tampered.write(payload, to: path)
    let bad = try tampered.commit(on: "main", as: "refs/heads/bad")
    for command in ["fsck --repo . $old..$new", "audit --repo . main..$new"] {
      try hook(running: "emend " + command.replacing("$old", with: "main"))
      let pushed = try push("bad")
      #expect(pushed.status != 0 && pushed.words.contains("pre-receive hook declined"))
      #expect(pushed.words.contains("SHA-256"), "\(pushed.words)")
      #expect(try hub.run(["cat-file", "-e", bad]).status != 0)
      #expect(try hub("for-each-ref", "--format=%(refname)").lines == ["refs/heads/main"])
    }
  }

  @Test("nothing is written meanwhile; afterwards it is")
  func write() throws {
    try hook(running: "emend tag --repo . pushed $new")
    let refused = try push("main")
    #expect(refused.status != 0)
    #expect(refused.words.contains("nothing is written while a push waits"), "\(refused.words)")
    try removeTree(scene.hub + "/hooks/pre-receive")
    try hook("post-receive", running: "emend tag --repo . pushed $new")
    let text = try String(contentsOfFile: scene.hub + "/hooks/post-receive", encoding: .utf8)
    try Data(text.replacing("[ -n", with: "[ -z").utf8).write(
      to: URL(filePath: scene.hub + "/hooks/post-receive"))
    let pushed = try push("main")
    #expect(pushed.status == 0, "\(pushed.words)")
    #expect(try hub("rev-parse", "pushed^{commit}").lines == [scene.head("work")])
  }

  @Test("another repository's quarantine is none of this one")
  func another() throws {
    var emend = try scene.emend(in: "work")
    emend.environment["GIT_QUARANTINE_PATH"] = scene.hub + "/objects"
    #expect(try emend.run(["tag", "here"]).ending == .exit(0))
  }
}
