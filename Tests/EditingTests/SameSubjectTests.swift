import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Several facts about one subject")
struct SameSubjectTests {
  private func fact(_ prompt: String, _ subject: String = "Oslo", _ object: String = "Rome") throws
    -> Fact
  {
    try Fact(prompt: PromptTemplate(prompt), subject: subject, targetNew: object)
  }

  @Test("those whose prompts are alike up to the subject's end are merged, and no others")
  func partition() throws {
    let facts = try [
      fact("{} is in"), fact("The land of {} is"), fact("{} speaks"), fact("{} is in", "Bern"),
      fact("The land of {} has"), fact("The {} is"),
    ]
    #expect(SameSubject.merge.partition(facts) == [[0, 2], [1, 4], [3], [5]])
    #expect(SameSubject.separate.partition(facts) == facts.indices.map { [$0] })
    // Equal for Swift, and other tokens all the same.
    let spellings = try [fact("{} is in", "Orl\u{e9}"), fact("{} is by", "Orle\u{301}")]
    #expect(SameSubject.merge.partition(spellings) == [[0], [1]])
  }

  @Test("a target starts from the mean of what its residual is taken from, in any order")
  func origin() throws {
    let scene = try TinyEditing()
    let templates = try ContextTemplates(groups: [["{}", "So. {}"]])
    let requests = try [fact("{} is in"), fact("The land of {} is"), fact("In {} is")].map {
      try RequestTokens($0, templates, scene.tokenizer, positionLimit: 64)
    }
    let objective = MEMITHyperparameters(
      layers: [1, 2],
      target: TargetSettings(
        gradientSteps: 2, learningRate: 0.1, weightDecay: 0.1, clampFactor: 2,
        klFactor: 0.0625), momentWeight: 1
    ).objective
    func initial(_ members: [Int]) throws -> [Float] {
      let group = RequestGroup(
        name: "the group", requests: members.map { requests[$0] },
        keyWeights: templates.keyWeights)
      return try TargetOptimiser(scene.model, objective).targets(
        for: [group], progress: NoProgress())[0].initial
    }
    let alone = try (0..<3).map { try initial([$0]) }
    let together = try initial([0, 1, 2])
    for unit in together.indices {
      let mean = alone.reduce(0.0) { $0 + Double($1[unit]) } / 3
      #expect(abs(Double(together[unit]) - mean) < 1e-5)
    }
    #expect(try zip(together, initial([2, 0, 1])).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
