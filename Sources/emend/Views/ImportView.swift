internal import Editing
internal import Evaluation
internal import Store
internal import Workflows

/// What `import` says.
struct ImportView: View {
  struct Document: Encodable {
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
    let tensors: [EditFigures.Tensor]
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
      tensors: outcome.tensors.map { .init($0) }, contradicted: contradictions.documents)
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
      page.list(document.facts, shown: 10, indented: 4) { fact in
        "\(fact.subject) → \(fact.targetNew): \(Figures.percentage(fact.probabilityBefore)) → "
          + "\(Figures.percentage(fact.probabilityAfter))"
      }
    }
    for tensor in document.tensors {
      page.line(
        "  \(tensor.name): \(tensor.rank.map { "rank \($0)" } ?? "dense"), "
          + "norm \(Figures.significant(tensor.norm, digits: 3))"
          + "\(tensor.share.map { ", \($0) of the weight's" } ?? "")")
    }
  }
}
