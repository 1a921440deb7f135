import Checkpoint
import LinearAlgebra
import TestSupport
import Testing

@Suite struct DiffCommandTests {
  @Test("facts and tensors; --stat counts; --exit-code tells by the status")
  func diff() throws {
    let scene = try Scene()
    let text = try scene.repository("diff", "HEAD~1", "HEAD").outputText
    #expect(text.hasPrefix("edits: 1 added, 0 dropped\n"))
    #expect(text.contains("+ Kyiv is in → Cork (was Asia)"))
    #expect(text.contains("transformer.h.1.mlp.fc_out.weight"))
    let back = try scene.repository("diff", "HEAD", "HEAD~1").outputText
    #expect(back.contains("- Kyiv is in → Cork"))
    // As Git's users write it.
    #expect(try scene.repository("diff", "HEAD~1..HEAD").outputText == text)
    #expect(try scene.repository("diff", "HEAD~1..").outputText == text)
    #expect(try scene.repository("diff", "HEAD...HEAD~1").outputText == "no differences\n")
    try expectRefusal(
      scene.repository, ["diff", "HEAD~1..HEAD", "HEAD"], 2, ["one revision is wanted here"])
    let stat = try scene.repository("diff", "HEAD~1", "--stat").outputText
    #expect(stat.contains("facts: 2 added, 0 dropped, 0 changed") && !stat.contains("Kyiv"))
    #expect(try scene.repository.emend.run(["diff", "HEAD~1", "--exit-code"]).ending == .exit(1))
    #expect(try scene.repository.emend.run(["diff", "HEAD", "--exit-code"]).ending == .exit(0))
    #expect(try scene.lines("diff", "HEAD", "HEAD") == ["no differences"])
  }

  @Test("--facts compares facts alone and names no tensor")
  func factsOnly() throws {
    let scene = try Scene()
    let text = try scene.repository("diff", "--facts", "HEAD~1").outputText
    #expect(text.contains("+ Kyiv is in → Cork (was Asia)") && !text.contains("tensor"))
    let document = try scene.repository.document("diff", "--facts", "HEAD~1")
    #expect(document["facts"]?.array?.count == 2 && document["tensors"] == nil)
    #expect(try scene.repository.document("diff", "HEAD~1")["tensors"]?.array?.isEmpty == false)
    let stat = try scene.lines("diff", "--facts", "--stat", "HEAD~1")
    #expect(stat == ["edits: 1 added, 0 dropped", "facts: 2 added, 0 dropped, 0 changed"])
  }

  @Test("one subject and prompt with another object is a change")
  func changed() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side", "HEAD~1")
    try scene.repository.commit(scene.model.clash)
    let text = try scene.repository("diff", "main", "side").outputText
    #expect(text.contains("~ Oslo is in: Rome → Bonn"), "\(text)")
    #expect(text.contains("- Bern is in → Lima"))
    let kinds = try scene.repository.document("diff", "main", "side")["facts"]?.array?
      .compactMap { $0["kind"]?.string }
    #expect(kinds == ["changed", "dropped"])
  }

  @Test("the same question with more space and the same object is no change of facts")
  func sameAnswer() throws {
    let scene = try Scene(commits: 1)
    let again = try scene.directory.write(
      """
      {"prompt": "{}  is  in", "subject": "Oslo", "target_new": "Rome"}
      {"prompt": "{} is in", "subject": "Bern", "target_new": "Graz"}

      """, to: "again.jsonl")
    try scene.repository("switch", "--create", "side", "HEAD~1")
    try scene.repository.commit(again)
    let document = try scene.repository.document("diff", "main", "side")
    #expect(document["facts"]?.array?.compactMap { $0["kind"]?.string } == ["changed"])
    #expect(document["edits_added"]?.array?.count == 1)
  }

  @Test("--prompts asks both models, and the old side answers as the base does")
  func prompts() throws {
    let scene = try Scene(commits: 1)
    let file = try scene.directory.write("Oslo is in\n\n  \nBern is in\n", to: "prompts.txt")
    let document = try scene.repository.document("diff", "HEAD~1", "HEAD", "--prompts", file)
    let prompts = document["prompts"]?.array ?? []
    #expect(Set(prompts.map { $0["prompt"]?.string }) == ["Oslo is in", "Bern is in"])
    let moves = prompts.compactMap { $0["divergence"]?.double }
    #expect(moves.count == 2 && moves[0] >= moves[1] && moves[1] > 0)
    let oslo = try #require(prompts.first { $0["prompt"]?.string == "Oslo is in" })
    let asked = try scene.repository.document(
      "generate", "--at", "HEAD~1", "--next", "3", "Oslo is in")
    let old = oslo["old"]?.array ?? []
    let base = asked["prompts"]?.array?.first?["next"]?.array ?? []
    #expect(!old.isEmpty && old.map { $0["text"]?.string } == base.map { $0["text"]?.string })
    // Asked alone, a prompt rounds in other places than among others.
    for (one, other) in zip(old, base) {
      let (one, other) = (one["probability"]?.double ?? 0, other["probability"]?.double ?? 1)
      #expect(abs(one - other) < 1e-5 * other)
    }
    #expect(oslo["old"] != oslo["new"])
    let text = try scene.repository("diff", "HEAD~1", "HEAD", "--prompts", file).outputText
    #expect(text.contains("\nOslo is in  KL ") && text.contains("\n  old "))
  }

  @Test("norms, spectral norms and angles: another object for a subject acts in the same direction")
  func angles() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side", "HEAD~1")
    try scene.repository.commit(scene.model.clash)
    let tensors = try scene.repository.document("diff", "main", "side")["tensors"]?.array ?? []
    #expect(tensors.count == 2)
    for tensor in tensors {
      // Two facts were taken back and one came: three directions, of which two nearly coincide.
      #expect((tensor["rank"]?.integer ?? 0) <= 3 && tensor["old"]?["rank"]?.integer == 2)
      let (norm, largest) = (tensor["norm"]?.double ?? 0, tensor["spectral_norm"]?.double ?? 1)
      #expect(largest > 0 && largest <= norm * (1 + 1e-9))
      #expect(tensor["angles"]?["columns"]?.array?.count == 1)
    }
    // The keys of the first edited layer depend on the prompt alone: GPT-J's weights take inputs by columns.
    let rows = try #require(tensors[0]["angles"]?["rows"]?.array?.first?.double)
    #expect(rows < 10, "\(rows)")
    let same = try scene.repository.document("diff", "side~1", "side")["tensors"]?.array ?? []
    #expect(same.allSatisfy { $0["angles"] == nil && $0["old"] == nil })
  }

  @Test("--sample asks the beginnings of documents; half a pair of options is misuse")
  func sample() throws {
    let scene = try Scene(commits: 1)
    let corpus = try scene.directory.write(
      (0..<9).map { "Document \($0) says this.\n" }.joined(separator: "\n"), to: "corpus.txt")
    let document = try scene.repository.document(
      "diff", "HEAD~1", "--sample", "3", "--corpus", corpus)
    let prompts = document["prompts"]?.array?.compactMap { $0["prompt"]?.string } ?? []
    #expect(Set(prompts) == ["Document 0", "Document 3", "Document 6"])
    // Without an empty line, the text is one document.
    let few = try scene.repository(
      "diff", "HEAD~1", "--sample", "3", "--corpus",
      scene.directory.write("Oslo is in Rome\nBern is in Lima\n", to: "lines.txt"))
    #expect(few.outputText.contains("Oslo is in"))
    #expect(
      few.errorText.contains("lines.txt has 1 document to ask, not 3: they end at an empty line"))
    let half = try scene.repository.emend.run(["diff", "HEAD~1", "--sample", "3"])
    #expect(half.ending == .exit(2) && half.errorText.contains("--corpus"))
  }

  @Test("shares are of the weights before all edits that differ, whichever side has them")
  func shares() throws {
    let scene = try Scene(commits: 0)
    for (number, object) in ["Rome", "Bonn", "Cork", "Lima"].enumerated() {
      try scene.repository.commit(
        scene.directory.write(TinyModel.facts([("Kyiv", object)]), to: "\(number).jsonl"))
    }
    let weights = try Reference("families/gptj/model.safetensors")
    for sides in [["HEAD~4", "HEAD"], ["HEAD", "HEAD~4"]] {
      let tensors = try scene.repository.document(["diff"] + sides)["tensors"]?.array ?? []
      #expect(tensors.count == 2)
      for tensor in tensors {
        let weight = try weights.matrix(tensor["name"]?.string ?? "").frobeniusNorm
        let (norm, share) = (tensor["norm"]?.double ?? 0, tensor["relative_norm"]?.double ?? 0)
        #expect(abs(share * weight - norm) < 1e-4 * norm, "\(share) of \(weight), \(norm)")
      }
    }
  }
}
