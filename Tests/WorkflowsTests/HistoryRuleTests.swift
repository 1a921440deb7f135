import Checkpoint
import Editing
import Evaluation
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

@Suite("Facts that later batches leave as they are")
struct HistoryRuleTests {
  /// How far the second batch moves what the first one's keys give, relative to what the first did there itself.
  private func drift(
    of second: CommitFacts.Outcome, on first: CommitFacts.Outcome, _ study: StudyRepository
  ) throws -> [Double] {
    let stack = try study.repository.stack(at: study.repository.head().commit)
    let measured = try MeasureInterference(in: study.workspace).run(
      [stack.edit(first.edit)], [stack.edit(second.edit)], on: stack)
    return try #require(measured.pairs.first { $0.moved == first.edit }).effects.map(\.ratio)
  }

  @Test("the default keeps the first batch's outputs where --forget-history moves them")
  func protection() throws {
    let study = try StudyRepository.fictional()
    let first = try study.commit(0..<12)
    let before = try study.repository.head().commit
    let protected = try drift(of: study.commit(12..<24), on: first, study)
    try study.repository.reset(to: before)
    var rules = SolveRules()
    rules.history = .forget
    let forgotten = try drift(of: study.commit(12..<24, rules: rules), on: first, study)
    #expect(protected.count == 2 && forgotten.count == 2)
    for (kept, moved) in zip(protected, forgotten) {
      #expect(kept < 0.5 * moved, "\(protected), \(forgotten)")
    }
  }

  @Test("a fact that changes again and again is learnt each time; what else its batch said stays")
  func overwriting() throws {
    let study = try StudyRepository.fictional()
    let batch = try study.commit(0..<4)
    let fact = study.cases[0].fact
    var before: [EditID] = [batch.edit]
    for object in ["Tirrish", "Vothish", "Dravik", "Tirrish", "Vothish"] {
      let changed = try Fact(
        prompt: fact.prompt, subject: fact.subject, targetNew: object, relation: fact.relation)
      let outcome = try study.commit(
        file: study.directory.write(
          Editing.FactLines.encode([FactCase(changed)]), to: "\(object).jsonl"))
      #expect(outcome.after[0].rewrite.wanted.isBest, "\(object)")
      // As sure as without anything to protect: a part of the way to the target would be some .3.
      #expect(outcome.after[0].rewrite.wanted.probability > 0.6, "\(object)")
      let recorded = try study.repository.stack(at: outcome.commit.id).edit(outcome.edit)
      #expect(
        recorded.manifest.description.hyperparameters["supersedes"]
          == .array(before.sorted().map { .string($0.hexadecimal) }))
      before.append(outcome.edit)
    }
    let stack = try study.repository.stack(at: study.repository.head().commit)
    let scorer = try PromptScorer(
      study.workspace.model(at: stack), study.workspace.tokenizer(at: stack))
    let others = try FactMeter(scorer).measure(Array(study.cases[1..<4]))
    #expect(others.allSatisfy { $0.rewrite.wanted.isBest })
  }

  @Test("by relation, too: another prompt about the same is no reason to keep the old object")
  func relation() throws {
    let study = try StudyRepository.fictional()
    let first = try study.commit(0..<2)
    let fact = study.cases[0].fact
    let changed = try Fact(
      prompt: PromptTemplate("At home, {} speaks"), subject: fact.subject, targetNew: "Dravik",
      relation: fact.relation)
    #expect(fact.relation != nil)
    let outcome = try study.commit(
      file: study.directory.write(
        Editing.FactLines.encode([FactCase(changed)]), to: "changed.jsonl"))
    let recorded = try study.repository.stack(at: outcome.commit.id).edit(outcome.edit)
    #expect(
      recorded.manifest.description.hyperparameters["supersedes"]
        == .array([.string(first.edit.hexadecimal)]))
  }
}
