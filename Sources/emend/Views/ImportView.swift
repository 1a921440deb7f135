internal import Editing
internal import Evaluation
internal import Store
internal import Workflows

/// What `import` says.
struct ImportView: View {
  struct Document: Encodable {
    struct Tensor: Encodable {
      let name: String
      let rank: Int?
      let norm: Double
      let weightNorm: Double?
      let relativeError: Double
    }
    let commit: String
    let tree: String
    let edit: String
    let branch: String?
    let form: String
    let exact: Bool?
    let declared: Bool
    let payloadBytes: Int
    let writtenBytes: Int
    let before: [String: Double]
    let after: [String: Double]
    let facts: [MeasuredFactDocument]
    let tensors: [Tensor]
    let contradicted: [FactDocument]
  }

  let document: Document
  private let contradictions: ContradictionsView

  init(_ outcome: ImportEdit.Outcome, _ repository: EditRepository) throws {
    let branch = try repository.head().branch
    contradictions = ContradictionsView(
      try ContradictedFacts(in: repository).by(outcome.commit))
    document = Document(
      commit: outcome.commit.id.hexadecimal, tree: outcome.commit.tree.hexadecimal,
      edit: outcome.edit.hexadecimal, branch: branch, form: outcome.form.rawValue,
      exact: outcome.form == .checkpoint ? true : nil,
      declared: !outcome.cases.isEmpty, payloadBytes: outcome.payloadBytes,
      writtenBytes: outcome.commit.writtenBytes, before: BatchMeasurement(outcome.before).means,
      after: BatchMeasurement(outcome.after).means,
      facts: outcome.cases.indices.map { index in
        .init(outcome.cases[index].fact, outcome.before[index], outcome.after[index])
      },
      tensors: outcome.tensors.map { tensor in
        let rank: Int? = if case .lowRank(let rank) = tensor.kind { rank } else { nil }
        return .init(
          name: tensor.tensor, rank: rank, norm: tensor.norm.value,
          weightNorm: tensor.weightNorm?.value, relativeError: tensor.relativeError.value)
      }, contradicted: contradictions.documents)
  }

  func write(to page: Page) {
    let what = document.declared ? Figures.count(document.facts.count, "fact") : "undeclared edit"
    page.line(
      RecordedView.place(document.branch, document.commit) + "\(what), "
        + "\(Figures.bytes(document.payloadBytes)) of deltas")
    if document.exact == true {
      page.line("  'emend apply' gives this checkpoint back bit for bit")
    }
    contradictions.write(to: page)
    let better = document.facts.filter(\.accurateAfter).count
    if document.declared {
      page.line("  first answer after the edit: \(better) of \(document.facts.count)")
      for fact in document.facts.prefix(10) {
        let change =
          "\(Figures.percentage(fact.probabilityBefore)) → "
          + Figures.percentage(fact.probabilityAfter)
        page.line("    \(fact.subject) → \(fact.targetNew): \(change)")
      }
      if document.facts.count > 10 { page.line("    … and \(document.facts.count - 10) more") }
    }
    for tensor in document.tensors {
      let share = tensor.weightNorm.flatMap { $0 > 0 ? Figures.percentage(tensor.norm / $0) : nil }
      page.line(
        "  \(tensor.name): \(tensor.rank.map { "rank \($0)" } ?? "dense"), "
          + "norm \(Figures.significant(tensor.norm, digits: 3))"
          + "\(share.map { ", \($0) of the weight's" } ?? "")")
    }
  }
}
