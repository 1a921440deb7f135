internal import Store
internal import Workflows

/// What `branch` says.
struct BranchesView: View {
  enum Form {
    case ids
    case summaries
  }

  struct Document: Encodable {
    struct Branch: Encodable {
      let name: String
      let commit: String
      let current: Bool
      let summary: String
    }
    let branches: [Branch]
  }

  let document: Document
  private let form: Form

  init(_ branches: [ListBranches.Entry], form: Form) {
    self.form = form
    document = Document(
      branches: branches.map {
        .init(
          name: $0.branch.name, commit: $0.branch.commit.hexadecimal, current: $0.branch.isCurrent,
          summary: $0.summary)
      })
  }

  func write(to page: Page) {
    let widest = document.branches.map { displayWidth($0.name) }.max() ?? 0
    for branch in document.branches {
      let name: StyledText = branch.current ? "* \(branch.name, .good)" : "  \(branch.name)"
      let id: StyledText = "\(Figures.shortID(branch.commit), .identifier)"
      switch form {
      case .ids: page.line("\(name) " + id)
      case .summaries:
        let gap = String(repeating: " ", count: widest - displayWidth(branch.name))
        page.line(name + StyledText(gap) + " " + id + " \(branch.summary)")
      }
    }
  }
}

/// What `branch --show-current` says.
struct CurrentBranchView: View {
  struct Document: Encodable {
    let branch: String?
  }

  let document: Document

  init(_ branch: String?) { document = Document(branch: branch) }

  func write(to page: Page) {
    if let branch = document.branch { page.line(StyledText(branch)) }
  }
}

/// What `tag` says.
struct TagsView: View {
  struct Document: Encodable {
    struct Tag: Encodable {
      let name: String
      let target: String
      let message: String?
    }
    let tags: [Tag]
  }

  enum Form {
    case names
    case messages
  }

  let document: Document
  private let form: Form

  init(_ tags: [ListTags.Entry], form: Form) {
    self.form = form
    document = Document(
      tags: tags.map {
        .init(
          name: $0.tag.name, target: ($0.tag.commit ?? $0.tag.target).hexadecimal,
          message: $0.message)
      })
  }

  func write(to page: Page) {
    for tag in document.tags {
      let summary = form == .names ? nil : tag.message?.split(whereSeparator: \.isNewline).first
      let said: StyledText = summary.map { " \(String($0), .faint)" } ?? ""
      page.line("\(tag.name) \(Figures.shortID(tag.target), .identifier)" + said)
    }
  }
}

/// What `undo`, `redo` and `op log` say.
struct OperationsView: View {
  struct Document: Encodable {
    struct Operation: Encodable {
      let operation: String
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
          operation: $0.id.hexadecimal, command: "\($0.record.kind.verb): \($0.record.summary)",
          person: $0.person.name,
          time: $0.person.time.iso8601, undone: $0.isUndone)
      })
  }

  func write(to page: Page) {
    for operation in document.operations {
      let prefix: StyledText = heading.map { "\($0) " } ?? ""
      let suffix: StyledText =
        operation.undone && heading == nil ? " \("(taken back)", .faint)" : ""
      page.line(
        "\(prefix)\(Figures.shortID(operation.operation), .identifier) \(operation.time) "
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
