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
    let commit: String
    let tree: String
    let author: String
    let email: String
    let time: String
    let message: String
    let note: String?
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

  func write(to page: Page) {
    LogView.heading(of: description.commit, names: "").forEach { page.line($0) }
    page.paragraph(description.commit.commit.message, indented: 4)
    if let note = description.note {
      page.line("Notes:")
      page.paragraph(note, indented: 4)
    }
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

/// A fact in a JSON document.
struct FactDocument: Encodable {
  let prompt: String
  let subject: String
  let targetNew: String
  let targetTrue: String?

  init(_ fact: Fact) {
    prompt = fact.prompt.text
    subject = fact.subject
    targetNew = fact.targetNew
    targetTrue = fact.targetTrue
  }
}
