import Checkpoint
import TestSupport
import Testing

/// What Git's users type without thinking.
@Suite struct GitHabitsTests {
  @Test(
    "branch: -m with one name, -c, -f, -v, -D of several, --contains, --merged, --show-current, patterns"
  )
  func branch() throws {
    let scene = try Scene()
    let (one, two) = (try scene.short("HEAD~1"), try scene.short("HEAD"))
    #expect(try scene.lines("branch", "--show-current") == ["main"])
    #expect(try scene.lines("branch", "-m", "trunk") == ["* trunk \(two)"])
    #expect(try scene.lines("branch", "-c", "copy") == ["  copy \(two)", "* trunk \(two)"])
    #expect(
      try scene.lines("branch", "-f", "copy", "HEAD~1") == ["  copy \(one)", "* trunk \(two)"])
    #expect(
      try scene.lines("branch", "-v") == ["  copy  \(one) One", "* trunk \(two) Two"])
    #expect(try scene.lines("branch", "--contains", "trunk") == ["* trunk \(two)"])
    #expect(try scene.lines("branch", "--no-merged", "copy") == ["* trunk \(two)"])
    #expect(try scene.lines("branch", "--merged", "copy") == ["  copy \(one)"])
    // What picks branches asks for a list: a name beside it makes none.
    #expect(try scene.lines("branch", "--merged", "HEAD", "c*") == ["  copy \(one)"])
    #expect(try scene.repository.emend.run(["branch", "-r", "new"]).ending == .exit(2))
    #expect(try scene.lines("branch", "--list", "c*") == ["  copy \(one)"])
    try scene.repository("branch", "v1/a")
    try scene.repository("branch", "v1/b")
    #expect(try scene.lines("branch", "-D", "v1/a", "v1/b", "copy") == ["* trunk \(two)"])
    try scene.repository("undo")
    #expect(try scene.lines("branch").count == 4)
    try expectRefusal(scene.repository, ["branch", "-d", "copy", "nowhere"], 2, ["no such branch"])
    try expectRefusal(
      scene.repository, ["branch", "-f", "trunk", "HEAD~1"], 1, ["HEAD is on this branch"])
    try expectRefusal(
      scene.repository, ["branch", "-m", "copy"], 1, ["a branch of this name already"])
    #expect(try scene.lines("branch", "-M", "copy").first == "* copy \(two)")
    #expect(try scene.repository.emend.run(["branch", "-d"]).ending == .exit(2))
  }

  @Test("tag: -a -m, -f, -l with a pattern, -n, -d of several")
  func tag() throws {
    let scene = try Scene()
    let (one, two) = (try scene.short("HEAD~1"), try scene.short("HEAD"))
    try scene.repository("tag", "-a", "v1.0", "-m", "First\n\nMore.", "HEAD~1")
    try scene.repository("tag", "w2")
    #expect(try scene.lines("tag", "-l", "v*") == ["v1.0 \(one)"])
    #expect(try scene.lines("tag", "-n") == ["v1.0 \(one) First", "w2 \(two)"])
    #expect(try scene.lines("tag", "-n", "v*") == ["v1.0 \(one) First"])
    #expect(try scene.lines("tag", "-n1", "v*") == ["v1.0 \(one) First"])
    #expect(try scene.lines("tag", "-f", "w2", "HEAD~1") == ["v1.0 \(one)", "w2 \(one)"])
    let text = try scene.repository("show", "v1.0").outputText
    for part in ["tag v1.0\n", "Tagger: ", "First\n\nMore.", "commit \(try scene.id("HEAD~1"))"] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(try scene.lines("tag", "-d", "v1.0", "w2") == [])
    #expect(try scene.repository.emend.run(["tag", "-a", "v3"]).ending == .exit(2))
    // A revision of that name would be the tag, and a command about branches the branch.
    try expectRefusal(scene.repository, ["tag", "main"], 1, ["there is a branch of this name"])
    try scene.repository("tag", "v4")
    for command in [["branch", "v4"], ["switch", "-c", "v4"]] {
      try expectRefusal(scene.repository, command, 1, ["there is a tag of this name already"])
    }
    try scene.repository("branch", "-f", "v4")
  }

  @Test("switch -c and -d and -, to a branch and to a commit")
  func switching() throws {
    let scene = try Scene()
    try expectRefusal(scene.repository, ["switch", "-"], 1, ["HEAD was nowhere else before"])
    try scene.repository("switch", "-c", "side", "HEAD~1")
    #expect(try scene.lines("switch", "-")[0] == "On branch main")
    #expect(try scene.lines("switch", "-")[0] == "On branch side")
    let commit = try scene.short("main")
    try scene.repository("switch", "-d", "main")
    try scene.repository("switch", "main")
    #expect(try scene.lines("switch", "-")[0] == "HEAD detached at \(commit)")
  }

  @Test("show: an edit by its digits, active or not, a file, a directory, an operation, the base")
  func show() throws {
    let scene = try Scene()
    let edits = try scene.repository.document("log")["commits"]?.array?.compactMap {
      $0["edits"]?.array?.first?.string
    }
    let edit = try #require(edits?.first)
    let document = try scene.repository.document("show", String(edit.prefix(10)))
    #expect(document["edit"]?.string == edit)
    #expect(document["active"] == .bool(true))
    #expect(document["commit"]?.string == (try scene.id("HEAD")))
    let path = "HEAD:edits/\(edit.prefix(2))/\(edit.dropFirst(2))"
    #expect(try scene.repository.document("show", path)["edit"]?.string == edit)
    #expect(
      try scene.repository("show", path + "/facts.jsonl").outputText
        == scene.repository.git()("show", path + "/facts.jsonl").output)
    #expect(try scene.lines("show", path) != [])
    #expect(try scene.lines("show", path + "/deltas").count == 2)
    let payload = try scene.repository.document("show", path + "/targets/000")
    #expect(payload["bytes"]?.integer ?? 0 > 0 && payload["text"] == nil)
    try scene.repository("revert", "HEAD")
    let gone = try scene.repository.document("show", String(edit.prefix(10)))
    #expect(gone["active"] == .bool(false) && gone["edit"]?.string == edit)
    let operation = try #require(
      try scene.repository.document("op", "log")["operations"]?.array?.first?["operation"]?.string)
    let shown = try scene.repository.document("show", String(operation.prefix(12)))
    #expect(shown["steps"]?.array?.first?["reference"]?.string == "refs/heads/main")
    let base = try scene.repository.document("status")["fingerprint"]?.string
    #expect(try scene.repository.document("show", "base")["fingerprint"]?.string == base)
    try expectRefusal(scene.repository, ["show", "ffffffff"], 2, ["there is no such revision"])
    try expectRefusal(scene.repository, ["show", "HEAD:nowhere"], 2, ["nowhere"])
  }

  @Test("log: --graph as Git draws it, --reverse, --grep, --author, --first-parent")
  func log() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "-c", "side", "HEAD~1")
    try scene.repository.commit(scene.model.second, message: "Side")
    try scene.repository("switch", "main")
    try scene.repository("merge", "side", "--no-interference")
    let ours = try scene.lines("log", "--graph", "--oneline", "--all")
    let git = try scene.repository.git()(
      "log", "--graph", "--format=%s", "main", "side"
    ).lines.map {
      $0.reversed().drop { $0 == " " }.reversed().map(String.init).joined()
    }
    func shape(_ line: String) -> String { String(line.prefix { "*|/\\_ -.".contains($0) }) }
    #expect(ours.map(shape) == git.map(shape))
    #expect(ours.count == git.count && ours.contains { $0.contains("|\\") })
    #expect(try scene.lines("log", "--graph").contains("|"))
    #expect(try scene.lines("log", "--reverse", "--oneline").last?.hasSuffix("into main") == true)
    #expect(try scene.lines("log", "--grep", "SIDE", "--oneline").count == 2)
    #expect(try scene.lines("log", "--author", "nobody", "--oneline") == [])
    #expect(try scene.lines("log", "--first-parent", "--oneline").count == 3)
    // Commits that are left out hand their lines on; the merge brings nothing that a side had not.
    let some = try scene.lines("log", "--graph", "--oneline", "--subject", "Kyiv")
    #expect(some.count == 1 && some.allSatisfy { $0.hasPrefix("* ") })
  }

  @Test("cherry-pick: several commits, and -m of a merge")
  func cherryPick() throws {
    let scene = try Scene()
    let tree = try scene.repository.tree()
    try scene.repository("switch", "-c", "side", "HEAD~2")
    #expect(try scene.lines("cherry-pick", "main~1", "main").count == 4)
    #expect(try scene.repository.tree() == tree)
    try scene.repository("undo")
    try expectRefusal(scene.repository, ["cherry-pick", "main", "mian"], 2, ["no such revision"])
  }

  @Test("reset --hard, reflog show and -m1 are read")
  func spellings() throws {
    let scene = try Scene()
    let one = try scene.id("HEAD~1")
    for word in ["--hard", "--soft", "--mixed"] {
      try scene.repository("reset", word, "HEAD~1")
      #expect(try scene.id("HEAD") == one)
      try scene.repository("undo")
    }
    #expect(try scene.lines("reflog", "show", "main") == scene.lines("reflog", "main"))
    for command in ["revert", "cherry-pick"] {
      let outcome = try scene.repository.emend.run([command, "-m1", "HEAD"])
      #expect(!outcome.errorText.contains("is invalid"), "\(outcome.errorText)")
    }
  }
}
