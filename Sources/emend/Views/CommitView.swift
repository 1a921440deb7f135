internal import Editing
internal import Evaluation
internal import Store
internal import Workflows

/// What `commit` says: before → after.
struct CommitView: View {
  struct Document: Encodable {
    let commit: String
    let tree: String
    let edit: String
    let branch: String?
    let method: String
    let payloadBytes: Int
    let writtenBytes: Int
    let duplicates: Int
    let contradicted: [FactDocument]
    let before: [String: Double]
    let after: [String: Double]
    let facts: [MeasuredFactDocument]
    let tensors: [EditFigures.Tensor]
  }

  private let outcome: CommitFacts.Outcome
  private let branch: String?
  private let before: BatchMeasurement
  private let after: BatchMeasurement

  init(_ outcome: CommitFacts.Outcome, branch: String?) {
    self.outcome = outcome
    self.branch = branch
    before = BatchMeasurement(outcome.before)
    after = BatchMeasurement(outcome.after)
  }

  var document: Document {
    Document(
      commit: outcome.commit.id.hexadecimal, tree: outcome.commit.tree.hexadecimal,
      edit: outcome.edit.hexadecimal, branch: branch,
      method: outcome.method.rawValue, payloadBytes: outcome.payloadBytes,
      writtenBytes: outcome.commit.writtenBytes, duplicates: outcome.duplicates,
      contradicted: ContradictionsView(outcome.contradicted).documents,
      before: before.means, after: after.means,
      facts: outcome.cases.indices.map { index in
        .init(
          outcome.cases[index].fact, outcome.before[index], outcome.after[index],
          successAfter: outcome.after[index].rewrite.isSuccess, steps: outcome.steps[index])
      },
      tensors: outcome.tensors.map { .init($0) })
  }

  func write(to page: Page) {
    page.line(
      RecordedView.place(branch, outcome.commit.id.hexadecimal)
        + "\(Figures.count(outcome.cases.count, "fact")), "
        + "\(Figures.bytes(outcome.payloadBytes)) of deltas and targets")
    if outcome.duplicates > 0 {
      page.line("  \(Figures.count(outcome.duplicates, "repeated fact")) left out")
    }
    ContradictionsView(outcome.contradicted).write(to: page)
    MeasurementTable(before: before, after: after).write(to: page)
    let missed = outcome.cases.indices.filter { !outcome.after[$0].rewrite.wanted.isBest }
    if !missed.isEmpty {
      page.line("  not the first answer after the edit:")
      page.list(missed, shown: 5, indented: 4) { index in
        let fact = outcome.cases[index].fact
        let probability = outcome.after[index].rewrite.wanted.probability
        return "\(fact.filledPrompt) → \(fact.targetNew) (\(Figures.percentage(probability)))"
      }
    }
    for tensor in outcome.tensors.map({ EditFigures.Tensor($0) }) {
      page.line(
        "  \(tensor.name): change of norm \(Figures.significant(tensor.norm, digits: 3))"
          + "\(tensor.share.map { ", \($0) of the weight's" } ?? "")"
          + ", stored to \(Figures.significant(tensor.relativeError, digits: 2))")
    }
  }
}
