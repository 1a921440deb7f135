internal import Store

/// What `branch` says.
struct BranchesView: View {
  struct Document: Encodable {
    struct Branch: Encodable {
      let name: String
      let commit: String
      let current: Bool
    }
    let branches: [Branch]
  }

  let document: Document

  init(_ branches: [Branch]) {
    document = Document(
      branches: branches.map {
        .init(name: $0.name, commit: $0.commit.hexadecimal, current: $0.isCurrent)
      })
  }

  func write(to page: Page) {
    for branch in document.branches {
      let name: StyledText = branch.current ? "* \(branch.name, .good)" : "  \(branch.name)"
      page.line("\(name) \(Figures.shortID(branch.commit), .identifier)")
    }
  }
}

/// What `tag` says.
struct TagsView: View {
  struct Document: Encodable {
    struct Tag: Encodable {
      let name: String
      let target: String
    }
    let tags: [Tag]
  }

  let document: Document

  init(_ tags: [RevisionTag]) {
    document = Document(
      tags: tags.map { .init(name: $0.name, target: ($0.commit ?? $0.target).hexadecimal) })
  }

  func write(to page: Page) {
    for tag in document.tags {
      page.line("\(tag.name) \(Figures.shortID(tag.target), .identifier)")
    }
  }
}

/// What `undo`, `redo` and `op log` say.
struct OperationsView: View {
  struct Document: Encodable {
    struct Operation: Encodable {
      let id: String
      let command: String
      let person: String
      let time: String
      let undone: Bool
    }
    let operations: [Operation]
  }

  let document: Document
  private let heading: String?

  init(_ operations: [OperationEntry], heading: String? = nil) {
    self.heading = heading
    document = Document(
      operations: operations.map {
        .init(
          id: $0.id.hexadecimal, command: "\($0.record.kind.verb): \($0.record.summary)",
          person: $0.person.name,
          time: $0.person.time.iso8601, undone: $0.isUndone)
      })
  }

  func write(to page: Page) {
    for operation in document.operations {
      let prefix: StyledText = heading.map { "\($0) " } ?? ""
      let suffix: StyledText = operation.undone ? " \("(taken back)", .faint)" : ""
      page.line(
        "\(prefix)\(Figures.shortID(operation.id), .identifier) \(operation.time) "
          + "\(operation.command)\(suffix)")
    }
  }
}

/// What `reflog` says.
struct ReflogView: View {
  struct Document: Encodable {
    struct Entry: Encodable {
      let old: String?
      let new: String
      let person: String
      let time: String
      let message: String
    }
    let name: String
    let entries: [Entry]
  }

  let document: Document

  init(_ entries: [ReferenceLogEntry], name: String) {
    document = Document(
      name: name,
      entries: entries.map {
        .init(
          old: $0.old?.hexadecimal, new: $0.new.hexadecimal, person: $0.committer.name,
          time: $0.committer.time.iso8601, message: $0.message)
      })
  }

  func write(to page: Page) {
    for (index, entry) in document.entries.enumerated() {
      page.line(
        "\(Figures.shortID(entry.new), .identifier) \(document.name)@{\(index)}: \(entry.message)")
    }
  }
}
