import Checkpoint
import Files
import TestSupport
import Testing

@Suite struct LogCommandTests {
  @Test("the latest first, as Git writes it, one empty line between commits")
  func full() throws {
    let scene = try Scene()
    let lines = try scene.lines("log")
    let git = try scene.repository.git()(
      "log", "--decorate", "--format=commit %H%d%nAuthor: %an <%ae>%nDate:   %aI%n%n%w(0,4,4)%B"
    ).output
    // Between %B and the next commit, Git leaves an empty line; it indents empty lines, too.
    let theirs = git.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.allSatisfy { $0 == " " } ? "" : String($0)
    }
    #expect(lines == Array(theirs.dropLast(2)))
    #expect(lines[0] == "commit \(try scene.id("HEAD")) (HEAD -> main)")
    #expect(!zip(lines, lines.dropFirst()).contains { $0.isEmpty && $1.isEmpty })
    #expect(lines.last?.isEmpty == false)
  }

  @Test(
    "a date that no calendar has is the first one, as for Git",
    arguments: [
      "1 -9223372036854775808", "9223372036854775807 +0100", "67768036191676799 +0000",
      "-9223372036854775808 -0100", "1 +99999999999999999999",
    ])
  func dates(date: String) throws {
    let scene = try Scene(commits: 0)
    let git = try scene.repository.git()
    let text = try git("cat-file", "commit", "HEAD").output.replacing(
      /> \d+ [+-]\d+\n/, with: "> \(date)\n")
    let made = try git.run(
      ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], input: Array(text.utf8))
    try git("update-ref", "refs/heads/main", try #require(made.lines.first))
    #expect(
      try scene.lines("log").contains(
        "Date:   1970-01-01T00:00:0\(date.first == "1" ? 1 : 0)+00:00"))
    for arguments in [["log", "--json"], ["show"], ["fsck"], ["log", "--subject", "x"]] {
      let outcome = try scene.repository.emend.run(arguments)
      #expect(outcome.ending == .exit(0), "\(arguments): \(outcome.errorText)")
    }
  }

  @Test("--oneline, -n, ranges and --subject choose")
  func choices() throws {
    let scene = try Scene()
    let (one, two) = (try scene.short("HEAD~1"), try scene.short("HEAD"))
    #expect(
      try scene.lines("log", "--oneline", "-n", "2") == ["\(two) (HEAD -> main) Two", "\(one) One"])
    #expect(try scene.lines("log", "-2", "--oneline") == scene.lines("log", "--oneline", "-n", "2"))
    #expect(try scene.lines("log", "HEAD~2..HEAD~1", "--oneline") == ["\(one) One"])
    #expect(try scene.lines("log", "--subject", "oslo", "--oneline") == ["\(one) One"])
    #expect(try scene.lines("log", "--subject", "nobody", "--oneline") == [])
    try scene.repository("revert", "HEAD~1")
    #expect(try scene.lines("log", "--subject", " Oslo ", "--oneline").count == 2)
  }

  @Test("--subject passes over what the index has and Git has pruned since")
  func subjectAfterPruning() throws {
    let scene = try Scene()
    let git = try scene.repository.git()
    // As a push makes and deletes it: no operation of this repository keeps it.
    let made = try git("commit-tree", "-m", "Trial", "-p", "HEAD~2", "HEAD^{tree}").lines[0]
    try git("update-ref", "refs/heads/trial", made)
    let all = ["log", "--all", "--oneline", "--subject", "Oslo"]
    #expect(try scene.repository(all).outputText.split(separator: "\n").count == 2)
    try git("update-ref", "-d", "refs/heads/trial")
    try git("reflog", "expire", "--expire=now", "--all")
    try git("gc", "--quiet", "--prune=now")
    #expect(throws: ReferenceGit.Failure.self) { try git("cat-file", "-e", made) }
    #expect(try scene.repository(all).outputText.split(separator: "\n").count == 1)
  }

  @Test("--subject lists where a fact was set, of a merge only what none of its sides had done")
  func subjectThroughMerges() throws {
    let scene = try Scene(commits: 1)
    let one = try scene.short("HEAD")
    try scene.repository("switch", "--create", "side")
    try scene.repository.commit(scene.model.second)
    let two = try scene.short("HEAD")
    try scene.repository("switch", "main")
    try scene.repository.commit(
      scene.directory.write(TinyModel.facts([("Lodz", "Riga")]), to: "third.jsonl"))
    try scene.repository("merge", "side")
    func commits(_ arguments: String...) throws -> [Substring] {
      try scene.repository(["log", "--oneline", "--subject"] + arguments).outputText
        .split(separator: "\n").map { $0.prefix { $0 != " " } }
    }
    #expect(try commits("Oslo") == [one[...]])
    #expect(try commits("Kyiv") == [two[...]])
    #expect(try commits("Kyiv", "HEAD^1") == [])
    #expect(try commits("Kyiv", "--all") == [two[...]])
    #expect(try commits("Kyiv", "HEAD^1..HEAD") == [two[...]])
    // A damaged index is built again.
    let cache = scene.repository.gitDirectory + "/emend/cache"
    for kind in ["fact-subjects", "fact-history"] {
      try removeTree(cache + "/" + kind)
      #expect(try commits("Kyiv") == [two[...]])
    }
  }

  @Test("the document has ids, parents, trailers and names")
  func document() throws {
    let scene = try Scene()
    let commits = try scene.repository.document("log")["commits"]?.array ?? []
    #expect(
      commits.map { $0["commit"]?.string }
        == (try ["HEAD", "HEAD~1", "HEAD~2"].map { try scene.id($0) }))
    #expect(commits[0]["parents"]?.array?.map(\.string) == [try scene.id("HEAD~1")])
    #expect(commits[0]["edits"]?.array?.count == 1)
    #expect(commits[0]["names"]?.array?.compactMap(\.string) == ["HEAD -> main"])
    #expect(commits[2]["parents"]?.array?.isEmpty == true)
  }

  @Test("branches of remotes are labels and part of --all, those that are not emend's are not")
  func remoteBranches() throws {
    let scene = try SharedScene(commits: 1)
    let git = try scene.repository.git()
    try scene("work", "push")
    try scene("work", "reset", "HEAD~1")
    let blob = try git("hash-object", "-w", "-t", "tree", "/dev/null").lines[0]
    let page = try git("commit-tree", blob, "-m", "A page").lines[0]
    try git("update-ref", "refs/remotes/origin/pages", page)
    let all = try scene("work", "log", "--all", "--oneline").outputText
    #expect(all.contains("(origin/main) One\n"), "\(all)")
    #expect(!all.contains("A page"), "\(all)")
    try scene("work", "branch", "a")
    #expect(try scene("work", "log", "-1", "--oneline").outputText.contains("(HEAD -> main, a)"))
  }
}
