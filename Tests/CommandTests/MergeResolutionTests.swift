import Checkpoint
import Files
import TestSupport
import Testing

@Suite struct MergeResolutionTests {
  /// "One" on `main`; on `side` two contradicting facts and another, both on the base.
  private func contradicting() throws -> Scene {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side", "HEAD~1")
    let facts = try scene.directory.write(
      TinyModel.facts([("Oslo", "Bonn"), ("Bern", "Nice"), ("Kyiv", "Cork")]), to: "side.jsonl")
    try scene.repository.commit(facts, message: "Side")
    return scene
  }

  private func objects(_ scene: Scene) throws -> [String] {
    let facts = try scene.repository.document("facts")["facts"]?.array ?? []
    return facts.compactMap { entry in
      guard let subject = entry["fact"]?["subject"]?.string else { return nil }
      return "\(subject) \(entry["fact"]?["target_new"]?.string ?? "")"
    }.sorted()
  }

  @Test("facts that each side took out of one batch stay out, and its others are there once")
  func takenOutByBoth() throws {
    let scene = try Scene(commits: 0)
    let facts = try scene.directory.write(
      TinyModel.facts([("Oslo", "Bonn"), ("Bern", "Nice"), ("Kyiv", "Cork")]), to: "three.jsonl")
    try scene.repository.commit(facts, message: "Three")
    try scene.repository("branch", "side")
    func takeOut(_ subject: String) throws {
      try scene.repository(
        "revert", "HEAD", "--fact", subject, "--stats", scene.model.kit.moments)
    }
    try takeOut("Oslo")
    try scene.repository("switch", "side")
    try takeOut("Bern")
    for (into, of) in [("side", "main"), ("main", "side")] {
      try scene.repository("switch", into)
      try scene.repository("merge", of, "--stats", scene.model.kit.moments)
      #expect(try objects(scene) == ["Kyiv Cork"])
      let audit = try scene.repository("audit", "--stats", scene.model.kit.moments).outputText
      #expect(audit.contains("CLEAN"), "\(audit)")
      try scene.repository("undo")
    }
    // Taken back whole on one side: nothing is solved, and nothing of it comes back.
    try scene.repository("reset", "HEAD~1")
    try scene.repository("revert", "HEAD")
    try scene.repository("merge", "side")
    #expect(try objects(scene).isEmpty)
  }

  @Test("conflicts are written as lines that, filled in, resolve the merge fact by fact")
  func fillIn() throws {
    let scene = try contradicting()
    let outcome = try scene.repository.emend.run(["merge", "main", "--conflicts"])
    #expect(outcome.ending == .exit(1))
    let lines = outcome.outputText.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        #"{"keep":"","ours":["Bonn"],"prompt":"{} is in","subject":"Oslo","theirs":["Rome"]}"#,
        #"{"keep":"","ours":["Nice"],"prompt":"{} is in","subject":"Bern","theirs":["Lima"]}"#,
      ])
    let filled = try scene.directory.write(
      lines[0].replacing(#""keep":"""#, with: #""keep":"theirs""#) + "\n"
        + lines[1].replacing(#""keep":"""#, with: #""object":"Nice""#) + "\n",
      to: "resolved.jsonl")
    let merge = ["merge", "main", "--resolve", filled, "--stats", scene.model.kit.moments]
    try scene.repository(merge)
    #expect(try objects(scene) == ["Bern Nice", "Kyiv Cork", "Oslo Rome"])
    #expect(try scene.repository("fsck").outputText.hasPrefix("sound"))
    // What the merge leaves out of the other side is said, and no oddity.
    let audit = try scene.repository("audit", "--stats", scene.model.kit.moments).outputText
    #expect(audit.contains("CLEAN") && !audit.contains("leaves out"), "\(audit)")
    try scene.repository("undo")
    #expect(try objects(scene) == ["Bern Nice", "Kyiv Cork", "Oslo Bonn"])
  }

  @Test("what is open, unknown, named twice or not to be read is named, and nothing is merged")
  func refused() throws {
    let scene = try contradicting()
    func refuse(_ text: String, _ status: Int32, _ parts: [String]) throws {
      let file = try scene.directory.write(text, to: "resolved.jsonl")
      try expectRefusal(
        scene.repository, ["merge", "main", "--resolve", file, "--stats", scene.model.kit.moments],
        status, parts)
    }
    let oslo = #"{"keep":"ours","prompt":"{}  is in","subject":" Oslo"}"# + "\n"
    let bern = #"{"keep":"ours","prompt":"{} is in","subject":"Bern"}"# + "\n"
    try refuse(oslo, 1, ["1 conflict is not resolved", "Bern is in: ours 'Nice', theirs 'Lima'"])
    try refuse("", 1, ["2 conflicts are not resolved", "Oslo is in", "Bern is in"])
    try refuse(
      oslo + bern + #"{"keep":"ours","prompt":"{} is in","subject":"Kyiv"}"# + "\n", 2,
      ["names what is no conflict", "line 3: '{} is in' of 'Kyiv'"])
    try refuse(oslo + oslo + bern, 2, ["resolved twice", "line 2", "line 1"])
    try refuse(#"{"keep":"mine","prompt":"{} is in","subject":"Oslo"}"#, 2, ["keep: 'mine'"])
    try refuse(
      bern + #"{"object":"Paris","prompt":"{} is in","subject":"Oslo"}"# + "\n", 2,
      ["on neither side", "'Paris'", "'Bonn' or 'Rome'"])
    try refuse(#"{"keep":"ours","subject":"Oslo"}"#, 2, ["no subject or no prompt"])
    try refuse("[1]", 2, ["cannot be read", "line 1"])
    try refuse("{\"keep", 2, ["line 1"])
    #expect(
      try scene.repository.emend.run(["merge", "main", "--ours", "--conflicts"]).ending == .exit(2))
  }

  @Test("an imported batch is kept or taken back whole, and why is said")
  func imported() throws {
    let scene = try Scene(commits: 1)
    let edited = scene.directory["edited"]
    try scene.repository("apply", "--output", edited)
    try scene.repository("reset", "HEAD~1")
    try scene.repository("switch", "--create", "side")
    try scene.repository.commit(scene.model.clash, message: "Side")
    try scene.repository("switch", "main")
    try scene.repository("import", edited, "--facts", scene.model.first, "-m", "Imported")
    let parts = [
      "an imported edit cannot be solved again without a fact", "targets", "emend revert",
    ]
    let moments = ["--stats", scene.model.kit.moments]
    try expectRefusal(scene.repository, ["merge", "side", "--theirs"] + moments, 1, parts)
    try expectRefusal(scene.repository, ["revert", "HEAD", "--fact", "Oslo"] + moments, 1, parts)
    try scene.repository(["merge", "side", "--ours"] + moments)
    #expect(try objects(scene) == ["Bern Lima", "Oslo Rome"])
    try scene.repository("undo")
    try scene.repository("revert", "HEAD")
    try scene.repository("merge", "side")
    #expect(try objects(scene) == ["Oslo Bonn"])
  }

  @Test("a merge measures how far each batch moves the other's keys, where there is a base")
  func interference() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side", "HEAD~1")
    try scene.repository.commit(scene.model.second, message: "Side")
    let document = try scene.repository.document("merge", "main")["interference"]
    let pairs = try #require(document?["pairs"]?.array)
    #expect(pairs.count == 2)
    for pair in pairs {
      #expect(pair["effects"]?.array?.count == 2)
      #expect(pair["largest"]?.double ?? -1 >= 0)
    }
    try scene.repository("undo")
    let text = try scene.repository("merge", "main").outputText
    #expect(text.contains("interference: how far one batch moves"))
    try scene.repository("undo")
    #expect(
      try !scene.repository("merge", "main", "--no-interference").outputText.contains(
        "interference"))
    #expect(
      try scene.repository.document("diff", "HEAD^1", "HEAD", "--interference")["interference"]?[
        "pairs"]?.array?.count == 2)
    try scene.repository("undo")
    try removeTree(scene.model.kit.base)
    let without = try scene.repository("merge", "main").outputText
    #expect(without.contains("interference was not measured: the base is not where it was"))
  }
}
