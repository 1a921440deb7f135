internal import Editing
internal import Evaluation
internal import Store
internal import Workflows

/// What `commit` says: before → after.
struct CommitView: View {
  struct Document: Encodable {
    struct Tensor: Encodable {
      let name: String
      let norm: Double
      let weightNorm: Double?
      let relativeError: Double
      let keyError: Double?
    }
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
    let tensors: [Tensor]
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
      tensors: outcome.tensors.map {
        .init(
          name: $0.tensor, norm: $0.norm.value, weightNorm: $0.weightNorm?.value,
          relativeError: $0.relativeError.value, keyError: $0.keyError?.value)
      })
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
      for index in missed.prefix(5) {
        let fact = outcome.cases[index].fact
        let probability = outcome.after[index].rewrite.wanted.probability
        page.line(
          "    \(fact.filledPrompt) → \(fact.targetNew) "
            + "(\(Figures.percentage(probability)))")
      }
      if missed.count > 5 { page.line("    … and \(missed.count - 5) more") }
    }
    for tensor in outcome.tensors {
      let share = tensor.relativeNorm.flatMap { $0.isFinite ? Figures.percentage($0) : nil }
      page.line(
        "  \(tensor.tensor): change of norm \(Figures.significant(tensor.norm.value, digits: 3))"
          + "\(share.map { ", \($0) of the weight's" } ?? "")"
          + ", stored to \(Figures.significant(tensor.relativeError.value, digits: 2))")
    }
  }
}
