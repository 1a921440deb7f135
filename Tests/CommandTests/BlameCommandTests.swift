import Checkpoint
import Files
import TestSupport
import Testing

@Suite struct BlameCommandTests {
  private func events(_ scene: Scene, _ arguments: String...) throws -> [String] {
    let facts = try scene.repository.document(["blame"] + arguments)["facts"]?.array ?? []
    return facts.flatMap { $0["events"]?.array ?? [] }.map {
      "\($0["kind"]?.string ?? "") \($0["object"]?.string ?? "") \($0["commit"]?.string ?? "")"
    }
  }

  private func setBy(_ scene: Scene, _ arguments: String...) throws -> String? {
    let facts = try scene.repository.document(["blame"] + arguments)["facts"]?.array ?? []
    return facts.first?["set_by"]?.string
  }

  @Test("names the commit that last set a fact, and what it was before, back to the base")
  func chain() throws {
    let scene = try Scene()
    try scene.repository.commit(scene.model.clash, message: "Three")
    let (one, three) = (try scene.id("HEAD~2"), try scene.id("HEAD"))
    #expect(try setBy(scene, "oslo") == three)
    #expect(try events(scene, "Oslo") == ["set Bonn \(three)", "set Rome \(one)"])
    let lines = try scene.lines("blame", " OSLO ")
    #expect(lines[0] == "Oslo is in → Bonn, set by \(try scene.short("HEAD"))")
    #expect(lines[1].contains("Bonn") && lines[1].hasSuffix("Three"))
    #expect(lines[2].contains("Rome") && lines[2].hasSuffix("One"))
    #expect(lines[3].hasPrefix("  the base") && lines[3].hasSuffix("Asia"))
    // The prompt, and an older revision.
    #expect(try events(scene, "--prompt", "Oslo is  in", "--at", "HEAD~1") == ["set Rome \(one)"])
    // Taken out, the one before holds again; undone, it is as it was.
    try scene.repository("revert", "HEAD")
    let revert = try scene.id("HEAD")
    #expect(try setBy(scene, "Oslo") == one)
    #expect(
      try events(scene, "Oslo")
        == ["taken_out Bonn \(revert)", "set Bonn \(three)", "set Rome \(one)"])
    try scene.repository("undo")
    #expect(try setBy(scene, "Oslo") == three)
  }

  @Test("a batch that is solved again still names the commit that set its facts")
  func solvedAgain() throws {
    let scene = try Scene()
    let one = try scene.id("HEAD~1")
    try scene.repository("resolve", "HEAD~1", "--stats", scene.model.kit.moments)
    let head = try scene.id("HEAD")
    #expect(try events(scene, "Oslo") == ["solved_again Rome \(head)", "set Rome \(one)"])
    #expect(try setBy(scene, "Oslo") == one)
  }

  @Test("through a merge, the commit of the side that set the fact is named")
  func merge() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side", "HEAD~1")
    try scene.repository.commit(scene.model.second, message: "Side")
    let side = try scene.id("HEAD")
    try scene.repository("switch", "main")
    try scene.repository("merge", "side")
    #expect(try events(scene, "Kyiv") == ["set Cork \(side)"])
    try scene.repository("switch", "side")
    #expect(try scene.repository.emend.run(["blame", "Oslo"]).ending == .exit(1))
  }

  @Test("an index that is missing, cut short or flipped is built again, with the same answer")
  func damage() throws {
    let scene = try Scene()
    let expected = try events(scene, "Bern")
    let cache = scene.repository.gitDirectory + "/emend/cache"
    let files = try contents(of: cache).keys.filter {
      $0.contains("fact-") && !$0.hasSuffix("/")
    }.sorted()
    #expect(files.count == 4)
    for file in files {
      let path = cache + file
      let bytes = try readFile(path, limit: 1 << 20)
      for damaged in [Array(bytes.dropLast(3)), [bytes[0] ^ 1] + bytes.dropFirst(), []] {
        try AtomicFile.write(damaged, to: path)
        #expect(try events(scene, "Bern") == expected, "\(file)")
      }
      try removeTree(path)
      #expect(try events(scene, "Bern") == expected, "\(file)")
    }
    try removeTree(cache)
    #expect(try events(scene, "Bern") == expected)
  }

  @Test(
    "what no commit set is refused with where to look; a subject and a prompt are not both asked")
  func refused() throws {
    let scene = try Scene(commits: 1)
    try expectRefusal(
      scene.repository, ["blame", "Nowhere"], 1, ["no commit set a fact like this", "facts --grep"])
    #expect(try scene.repository.emend.run(["blame"]).ending == .exit(2))
    #expect(
      try scene.repository.emend.run(["blame", "Oslo", "--prompt", "x"]).ending == .exit(2))
  }
}
