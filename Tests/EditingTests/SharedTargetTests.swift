import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// MEMIT-Merge, on the model of the invented world.
@Suite("One target for several facts about one subject")
struct SharedTargetTests {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let templates: ContextTemplates
  private let facts: [Fact]

  init() throws {
    model = try ReferenceRequests.model()
    tokenizer = try ReferenceRequests.tokenizer()
    templates = try ReferenceRequests(1).templates()
    // One more subject stands between them.
    let cases = try FactsFile(path: Fixture.path("fictional/facts.json")).cases
    facts = [cases[4], cases[7], cases[1049], cases[1066]].map(\.fact)
    #expect([0, 2, 3].allSatisfy { facts[$0].subject == facts[0].subject })
  }

  private func edit(_ sameSubject: SameSubject) throws -> EditOutcome<TensorChange> {
    let file = try Reference("reference/memit/cov.safetensors")
    let moments = SecondMoments(
      matrices: [2: try file.matrix("cov.2"), 3: try file.matrix("cov.3")], tokenCount: 316_684,
      documentCount: 4164)
    return try MEMITEditor(
      model, tokenizer, ReferenceRequests.hyperparameters, templates, moments,
      sameSubject: sameSubject
    ).edit(EditBatch(facts), progress: NoProgress())
  }

  private struct Dense: Error {}

  /// The keys of the first edited layer, `[f, n]`.
  private func keys(_ outcome: EditOutcome<TensorChange>) throws -> Matrix<Double> {
    guard case .lowRank(_, _, let keys?) = outcome.changes[0].form else { throw Dense() }
    return keys.columns
  }

  /// The geometric mean of the probabilities of an object's tokens after the bare prompt.
  private func probability(of fact: Fact, after outcome: EditOutcome<TensorChange>) throws -> Double
  {
    var tensors: [String: FloatRows] = [:]
    for change in outcome.changes {
      tensors[change.tensor] = change.adding(
        to: try model.matrix(named: change.tensor))
    }
    let edited = model.replacing(tensors)
    let request = try RequestTokens(fact, templates, tokenizer, positionLimit: 128)
    var tree = TokenTree()
    let path = tree.insert(request.rows[0].tokens + request.target.dropLast())
    let output = try ForwardPass(edited, tree).output(
      at: request.target.indices.map { path[request.rows[0].tokens.count - 1 + $0] }, of: edited)
    let head = try LanguageModelHead(edited)
    let sum = request.target.enumerated().reduce(0.0) { sum, label in
      let logits = head.logits(of: output, row: label.offset).map(Double.init)
      let largest = logits.max() ?? 0
      let total = logits.reduce(0) { $0 + Double.exponential($1 - largest) }
      return sum + logits[Int(label.element)] - largest - Double.logarithm(total)
    }
    return Double.exponential(sum / Double(request.target.count))
  }

  @Test("share one key and one target, which says both; solved apart, they spoil each other")
  func merged() throws {
    let (together, apart) = (try edit(.merge), try edit(.separate))
    let shared = try #require(together.targets)
    let own = try #require(apart.targets)
    #expect(shared[0] == shared[2] && shared[0] == shared[3] && shared[0] != shared[1])
    #expect(together.steps[0] == together.steps[2])
    #expect(own[0] != own[2] && own[2] != own[3])

    // One column a subject, or one a fact.
    let (merged, separate) = (try keys(together), try keys(apart))
    #expect(merged.columns == 2 && separate.columns == 4)
    let mean = (0..<merged.rows).map { row in
      [0, 2, 3].reduce(0) { $0 + separate[row, $1] } / 3
    }
    #expect(relativeDistance(merged.column(0), mean) < 1e-6)
    #expect(relativeDistance(merged.column(1), separate.column(1)) < 1e-6)

    // The authors' way: each target is what its fact finds alone.
    for (index, fact) in facts.enumerated() {
      let alone = try TargetOptimiser(model, ReferenceRequests.hyperparameters.objective).targets(
        for: [(fact.title, RequestTokens(fact, templates, tokenizer, positionLimit: 128))],
        progress: NoProgress())[0]
      #expect(cosine(own[index].map(Double.init), alone.vector.map(Double.init)) > 0.999_99)
    }

    let reached = try facts.map { try probability(of: $0, after: together) }
    let missed = try facts.map { try probability(of: $0, after: apart) }
    #expect(reached.allSatisfy { $0 > 0.55 }, "\(reached)")
    #expect([0, 2, 3].allSatisfy { missed[$0] < 0.5 }, "\(missed)")
  }
}
