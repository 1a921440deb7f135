internal import Editing
internal import Store
internal import Workflows

/// What `show` says.
struct ShowView: View {
  struct Document: Encodable {
    struct Change: Encodable {
      let kind: String
      let edit: String
      let method: String
      let provenance: String
      let tool: String
      let facts: [FactDocument]
      let tensors: [EditFigures.Tensor]
      let payloadBytes: Int
      let manifest: String
    }
    struct Signature: Encodable {
      let status: String
      let format: String?
      let principal: String?
      let key: String?
      let detail: String
    }
    let commit: String
    let tree: String
    let author: String
    let email: String
    let time: String
    let message: String
    let note: String?
    let signature: Signature
    let changes: [Change]
  }

  private let description: DescribeCommit.Description

  init(_ description: DescribeCommit.Description) { self.description = description }

  var document: Document {
    let commit = description.commit.commit
    return Document(
      commit: description.commit.id.hexadecimal, tree: commit.tree.hexadecimal,
      author: commit.author.name, email: commit.author.email, time: commit.author.time.iso8601,
      message: commit.message, note: description.note,
      signature: .init(
        status: description.signature.status.rawValue,
        format: description.signature.format?.rawValue,
        principal: description.signature.principal, key: description.signature.key,
        detail: description.signature.detail),
      changes: description.changes.map { change in
        let said = change.manifest.description
        return .init(
          kind: change.kind.rawValue, edit: change.id.hexadecimal, method: said.method,
          provenance: said.provenance.rawValue, tool: said.tool,
          facts: change.facts.map { FactDocument($0.fact) },
          tensors: EditFigures(change.manifest).tensors,
          payloadBytes: change.manifest.payloadByteCount,
          manifest: String(decoding: change.manifest.json.bytes, as: UTF8.self))
      })
  }

  private func writeSignature(to page: Page) {
    let signature = description.signature
    if signature.status != .none { page.line() }
    let whose = signature.principal.map { " by \($0)" } ?? ""
    switch signature.status {
    case .none: break
    case .good: page.line("Signature: \("good", .added)\(whose), \(signature.key ?? "")")
    case .unknownKey:
      page.line("Signature: of a key that is not known: \(signature.detail)")
    case .bad: page.line("Signature: \("bad", .removed)\(whose): \(signature.detail)")
    case .notChecked: page.line("Signature: not checked: \(signature.detail)")
    }
  }

  func write(to page: Page) {
    LogView.heading(of: description.commit, names: "").forEach { page.line($0) }
    page.paragraph(description.commit.commit.message, indented: 4)
    writeSignature(to: page)
    LogView.notes(description.note).forEach { page.line($0) }
    for change in description.changes {
      page.line()
      let role: TextRole = change.kind == .added ? .added : .removed
      page.line(
        "\("\(change.kind == .added ? "+" : "-") edit \(change.id.abbreviated)", role) "
          + "\(change.manifest.description.method), "
          + "\(Figures.count(change.facts.count, "fact")), "
          + "\(Figures.bytes(change.manifest.payloadByteCount))")
      EditFigures(change.manifest).write(to: page)
      page.line()
      for factCase in change.facts { page.line("  \(FactsView.line(factCase.fact))") }
    }
  }
}
