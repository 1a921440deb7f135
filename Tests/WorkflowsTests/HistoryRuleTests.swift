import Store
import StudySupport
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
}
