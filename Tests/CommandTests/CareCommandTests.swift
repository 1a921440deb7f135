import Checkpoint
import Files
import Foundation
import TestSupport
import Testing

@Suite struct CareCommandTests {
  @Test(
    "gc leaves one pack without a search through payloads, also in a clone that lacked the settings"
  )
  func collect() throws {
    let scene = try Scene()
    let fingerprint = try scene.repository.fingerprint()
    // As a clone made by plain Git, or an older program, would be.
    let git = try scene.repository.git()
    for name in ["core.bigFileThreshold", "pack.compression", "pack.deltaCacheSize"] {
      try git("config", "--unset", name)
    }
    // What the user has set stays.
    let attributes = "work/.emend/info/attributes"
    let marks = String(decoding: try scene.directory.read(attributes), as: UTF8.self)
    try scene.directory.write("*.png binary\n\(marks.split(separator: "\n")[0])", to: attributes)
    try git("config", "core.logAllRefUpdates", "always")
    let abandoned = scene.repository.gitDirectory + "/emend/incoming/abandoned"
    try FileManager.default.createDirectory(atPath: abandoned, withIntermediateDirectories: true)
    let report = try scene.repository.document("gc")
    #expect(report["program"]?.string == "git")
    #expect(report["before"]?["packs"]?.integer ?? 0 > 1)
    #expect(report["after"]?["packs"]?.integer == 1)
    #expect(report["leftovers"]?.integer == 1)
    #expect(!FileManager.default.fileExists(atPath: abandoned))
    #expect(try git("config", "core.bigFileThreshold").lines == ["1m"])
    #expect(try git("config", "core.logAllRefUpdates").lines == ["always"])
    #expect(
      String(decoding: try scene.directory.read(attributes), as: UTF8.self)
        == "*.png binary\n" + marks)
    // A delta would have two more columns: its depth and what it builds on.
    let payloads = try Set(
      git("ls-tree", "-r", "HEAD").lines.filter { $0.contains("/deltas/") }
        .compactMap { $0.split(whereSeparator: \.isWhitespace).dropFirst(2).first.map(String.init) }
    )
    let index = try FileManager.default.contentsOfDirectory(
      atPath: scene.repository.gitDirectory + "/objects/pack"
    ).filter { $0.hasSuffix(".idx") }
    let lines = try git(
      "verify-pack", "-v", scene.repository.gitDirectory + "/objects/pack/" + index[0]
    ).lines.map { $0.split(separator: " ").map(String.init) }
    let stored = lines.filter { $0.first.map(payloads.contains) ?? false }
    #expect(!payloads.isEmpty && stored.count == payloads.count)
    for line in stored {
      #expect(line.count == 5, "\(line)")
      let (size, packed) = (Int(line[2]) ?? 0, Int(line[3]) ?? 0)
      #expect(packed >= size, "stored, not deflated: \(line)")
    }
    #expect(try scene.repository.fingerprint() == fingerprint)
    try scene.repository("undo")
    #expect(try scene.repository("fsck").outputText.hasPrefix("sound"))
  }

  @Test("files that somebody has put into the cache are passed over")
  func strangers() throws {
    let scene = try Scene()
    let before = try scene.lines("cache", "list")
    for name in ["notes.txt", "cholesky/notes.txt"] {
      try scene.directory.write("mine", to: "work/.emend/emend/cache/" + name)
    }
    #expect(try scene.lines("cache", "list") == before)
    try scene.repository("cache", "clear")
    try scene.repository("gc")
  }

  @Test("what a killed git gc leaves in the way is removed by the next writer")
  func collectionKilled() throws {
    let scene = try Scene()
    let names = ["packed-refs.new", "packed-refs.lock", "refs/heads/main.lock"]
    for name in names { try scene.directory.write("", to: "work/.emend/" + name) }
    try FileManager.default.createDirectory(
      atPath: scene.repository.gitDirectory + "/emend/unfinished", withIntermediateDirectories: true
    )
    try scene.repository("gc")
    for name in names {
      #expect(!FileManager.default.fileExists(atPath: scene.directory["work/.emend/" + name]))
    }
    #expect(try scene.repository("fsck").outputText.hasPrefix("sound"))
  }

  @Test("the cache is listed, pruned by age and size, and cleared; gc holds it to its limit")
  func cache() throws {
    let scene = try Scene()
    let listed = try scene.repository.document("cache")
    let bytes = try #require(listed["bytes"]?.integer)
    #expect(bytes > 0)
    #expect(listed["kinds"]?.array?.isEmpty == false)
    #expect(
      try scene.repository.document("cache", "prune", "--older-than", "100000")["freed"]?.integer
        == 0)
    let pruned = try scene.repository.document("cache", "prune", "--to", "\(bytes - 1)")
    #expect(pruned["freed"]?.integer ?? 0 > 0)
    // Nothing computes second moments by itself: they stay until all of it goes, whichever ones are the default now.
    let digits = String(repeating: "a", count: 64)
    let moments = scene.repository.gitDirectory + "/emend/cache/moments/" + digits
    try makeDirectories(moments)
    try AtomicFile.write(Array("moments".utf8), to: moments + "/layer-0.safetensors")
    try scene.repository.git()("config", "emend.moments", String(repeating: "b", count: 64))
    try scene.repository("config", "set", "cachelimit", "1")
    #expect(try scene.repository.document("gc")["cacheBytes"]?.integer ?? 0 >= 0)
    try scene.repository("cache", "prune", "--older-than", "0")
    #expect(try scene.repository.document("cache")["bytes"]?.integer == 7)
    #expect(try scene.repository.document("cache", "clear")["freed"]?.integer == 7)
    #expect(try scene.repository.emend.run(["cache", "prune"]).ending == .exit(2))
    #expect(
      try scene.repository.emend.run(["cache", "prune", "--older-than", "-1"]).ending == .exit(2))
  }
}
