internal import Checkpoint
internal import Editing
internal import Store
internal import Workflows

/// What `show` says of whatever was named.
struct ObjectView: View {
  /// The document of the view for what was named.
  struct Document: Encodable {
    private let write: (any Encoder) throws -> Void

    init(of view: some View) {
      let document = view.document
      write = { try document.encode(to: $0) }
    }

    func encode(to encoder: any Encoder) throws { try write(encoder) }
  }

  private let view: any View

  init(_ description: DescribeObject.Description) {
    view =
      switch description {
      case .commit(let commit): ShowView(commit)
      case .tag(let annotation, let commit): AnnotatedTagView(annotation, commit)
      case .edit(let edit): EditView(edit)
      case .file(let file): FileView(file)
      case .directory(let entries): DirectoryView(entries)
      case .operation(let operation): OperationView(operation)
      case .base(let base, let path, let accepted):
        BaseView(base, path: path, accepted: accepted)
      }
  }

  var document: Document { Document(of: view) }

  func write(to page: Page) { view.write(to: page) }
}

/// A tag with a message, and the commit that it names.
struct AnnotatedTagView: View {
  struct Document: Encodable {
    let tag: String
    let tagger: String?
    let email: String?
    let time: String?
    let message: String
    let commit: ShowView.Document
  }

  private let annotation: TagObject
  private let commit: ShowView

  init(_ annotation: TagObject, _ commit: DescribeCommit.Description) {
    self.annotation = annotation
    self.commit = ShowView(commit)
  }

  var document: Document {
    Document(
      tag: annotation.name, tagger: annotation.tagger?.name, email: annotation.tagger?.email,
      time: annotation.tagger?.time.iso8601, message: annotation.message, commit: commit.document)
  }

  func write(to page: Page) {
    page.line("\("tag \(annotation.name)", .identifier)")
    if let tagger = annotation.tagger {
      page.line("Tagger: \(tagger.name) <\(tagger.email)>")
      page.line("Date:   \(tagger.time.iso8601)")
    }
    page.line()
    page.paragraph(annotation.message)
    page.line()
    commit.write(to: page)
  }
}

/// An edit by itself.
struct EditView: View {
  struct Document: Encodable {
    let edit: String
    let active: Bool
    let commit: String?
    let method: String
    let provenance: String
    let tool: String
    let base: String
    let computedOn: String
    let facts: [FactDocument]
    let tensors: [EditFigures.Tensor]
    let payloadBytes: Int
    let manifest: String
  }

  private let edit: DescribeObject.Edit

  init(_ edit: DescribeObject.Edit) { self.edit = edit }

  var document: Document {
    let said = edit.manifest.description
    return Document(
      edit: edit.id.hexadecimal, active: edit.isActive, commit: edit.commit?.id.hexadecimal,
      method: said.method, provenance: said.provenance.rawValue, tool: said.tool,
      base: edit.manifest.base.hexadecimal, computedOn: said.computedOn.hexadecimal,
      facts: edit.facts.map { FactDocument($0.fact) }, tensors: EditFigures(edit.manifest).tensors,
      payloadBytes: edit.manifest.payloadByteCount,
      manifest: String(decoding: edit.manifest.json.bytes, as: UTF8.self))
  }

  func write(to page: Page) {
    let said = edit.manifest.description
    let state: StyledText =
      edit.isActive ? "\("active at HEAD", .good)" : "\("not active at HEAD", .warning)"
    page.line("\("edit \(edit.id)", .identifier) (" + state + ")")
    page.line("Method: \(said.method), \(said.provenance.rawValue) by \(said.tool)")
    if let commit = edit.commit {
      page.line(
        "Commit: \(Figures.shortID(commit.id), .identifier) \(commit.commit.summary)")
    }
    page.line("Base:   \(Figures.shortID(edit.manifest.base), .identifier)")
    page.line("On:     tree \(Figures.shortID(said.computedOn), .identifier)")
    page.line("Size:   \(Figures.bytes(edit.manifest.payloadByteCount))")
    page.line()
    EditFigures(edit.manifest).write(to: page)
    page.line()
    for factCase in edit.facts { page.line("  \(FactsView.line(factCase.fact))") }
    if edit.facts.isEmpty { page.line("  no facts were declared") }
  }
}

/// A file of the repository: its text, or what kind of bytes it holds; where no terminal is, those bytes.
struct FileView: View {
  struct Document: Encodable {
    let path: String?
    let object: String
    let bytes: Int
    let text: String?
  }

  let document: Document
  private let bytes: [UInt8]

  init(_ file: DescribeObject.File) {
    document = Document(
      path: file.path, object: file.id.hexadecimal, bytes: file.bytes.count, text: file.text)
    bytes = file.bytes
  }

  func write(to page: Page) {
    guard let text = document.text else {
      if page.width == nil { return page.raw(bytes) }
      let name = document.path.map { "\($0), " } ?? ""
      return page.line(
        "\(name)\(Figures.bytes(document.bytes)) of binary data, "
          + "object \(Figures.shortID(document.object), .identifier)")
    }
    page.paragraph(text)
  }
}

/// A directory of the repository.
struct DirectoryView: View {
  struct Document: Encodable {
    struct Entry: Encodable {
      let name: String
      let kind: String
      let object: String
    }
    let entries: [Entry]
  }

  let document: Document

  init(_ entries: [DirectoryEntry]) {
    document = Document(
      entries: entries.map {
        .init(
          name: $0.name, kind: $0.isDirectory ? "directory" : "file", object: $0.id.hexadecimal)
      })
  }

  func write(to page: Page) {
    for entry in document.entries {
      page.line("\(entry.name)\(entry.kind == "directory" ? "/" : "")")
    }
  }
}

/// A command that changed something, and the references that it moved.
struct OperationView: View {
  struct Document: Encodable {
    struct Step: Encodable {
      let reference: String
      let before: String
      let after: String
    }
    let operation: String
    let command: String
    let person: String
    let time: String
    let undoes: String?
    let steps: [Step]
  }

  let document: Document

  init(_ entry: OperationEntry) {
    document = Document(
      operation: entry.id.hexadecimal,
      command: "\(entry.record.kind.verb): \(entry.record.summary)",
      person: entry.person.name, time: entry.person.time.iso8601,
      undoes: entry.record.undoes?.hexadecimal,
      steps: entry.record.changes.map {
        .init(reference: $0.name, before: $0.before.text, after: $0.after.text)
      })
  }

  func write(to page: Page) {
    page.line("\("operation \(document.operation)", .identifier)")
    page.line("By:     \(document.person)")
    page.line("Date:   \(document.time)")
    page.line()
    page.line("    \(document.command)")
    page.line()
    for step in document.steps {
      page.line(
        "  \(step.reference): \(Self.short(step.before), .removed) → \(Self.short(step.after), .added)"
      )
    }
  }

  private static func short(_ value: String) -> String {
    value.isEmpty ? "nothing" : value.hasPrefix("ref: ") ? value : Figures.shortID(value)
  }
}
