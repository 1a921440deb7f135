import Checkpoint
import TestSupport
import Testing

@Suite struct TagCommandTests {
  @Test("lists, makes with and without a message, and deletes; ids are those of commits")
  func tags() throws {
    let scene = try Scene()
    let (one, two) = (try scene.short("HEAD~1"), try scene.short("HEAD"))
    #expect(try scene.lines("tag") == [])
    #expect(try scene.lines("tag", "v1", "HEAD~1") == ["v1 \(one)"])
    #expect(try scene.lines("tag", "v2", "-m", "Shipped") == ["v1 \(one)", "v2 \(two)"])
    #expect(try scene.repository.git()("cat-file", "-t", "v2").lines == ["tag"])
    #expect(try scene.lines("log", "--oneline", "-n", "1")[0].contains("v2"))
    #expect(try scene.lines("tag", "--delete", "v1") == ["v2 \(two)"])
    let tags = try scene.repository.document("tag")["tags"]?.array ?? []
    #expect(tags.map { $0["name"]?.string } == ["v2"])
    #expect(tags[0]["target"]?.string == (try scene.id("HEAD")))
  }

  @Test("a tag whose object is gone does not hide the others")
  func damaged() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("tag", "v1")
    let gone = String(repeating: "12", count: 20)
    try scene.directory.write(gone + "\n", to: "work/.emend/refs/tags/broken")
    let shown = try scene.lines("tag", "-n")
    #expect(shown == ["broken \(gone.prefix(12))", "v1 \(try scene.short("HEAD"))"])
  }

  @Test("a name that is taken, or that is none, is refused")
  func refused() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("tag", "v1")
    try expectRefusal(scene.repository, ["tag", "v1"], 1, ["there is a tag of this name already"])
    try expectRefusal(scene.repository, ["tag", "-d", "v2"], 2, ["no such tag", "v1"])
    #expect(try scene.repository.emend.run(["tag", "-m", "no name"]).ending == .exit(2))
  }
}
