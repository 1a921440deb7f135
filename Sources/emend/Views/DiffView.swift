internal import Editing
internal import Store
internal import Workflows

/// What `diff` says.
struct DiffView: View {
  struct Document: Encodable {
    struct Fact: Encodable {
      let kind: String
      let edit: String
      let fact: FactDocument
      let targetOld: String?
    }
    struct Tensor: Encodable {
      let name: String
      let rank: Int?
      let norm: Double
      let relativeNorm: Double?
      let bytes: Int
    }
    struct Token: Encodable {
      let text: String
      let probability: Double
    }
    struct Prompt: Encodable {
      let prompt: String
      let old: [Token]
      let new: [Token]
    }
    let editsAdded: [String]
    let editsDropped: [String]
    let facts: [Fact]
    let tensors: [Tensor]?
    let prompts: [Prompt]
  }

  enum Form {
    case full
    case counts
  }

  private let outcome: CompareRevisions.Outcome
  private let form: Form
  private let scope: CompareRevisions.Scope

  init(_ outcome: CompareRevisions.Outcome, form: Form, scope: CompareRevisions.Scope) {
    self.outcome = outcome
    self.form = form
    self.scope = scope
  }

  var document: Document {
    func tokens(_ list: [NextToken]) -> [Document.Token] {
      list.map { .init(text: $0.text, probability: $0.probability) }
    }
    return Document(
      editsAdded: outcome.added.map(\.hexadecimal),
      editsDropped: outcome.dropped.map(\.hexadecimal),
      facts: outcome.facts.map {
        .init(
          kind: $0.kind.rawValue, edit: $0.edit.hexadecimal, fact: FactDocument($0.fact),
          targetOld: $0.oldTarget)
      },
      tensors: scope == .facts
        ? nil
        : outcome.tensors.map {
          .init(
            name: $0.name, rank: $0.rank, norm: $0.norm, relativeNorm: $0.relativeNorm,
            bytes: $0.byteCount)
        },
      prompts: outcome.prompts.map {
        .init(prompt: $0.prompt, old: tokens($0.old), new: tokens($0.new))
      })
  }

  func write(to page: Page) {
    if outcome.isEmpty { return page.line("no differences") }
    page.line(
      "\("edits", .heading): \(outcome.added.count) added, \(outcome.dropped.count) dropped")
    if form == .counts {
      let counts = [
        ("added", CompareRevisions.FactChange.Kind.added), ("dropped", .dropped),
        ("changed", .changed),
      ]
      .map { name, kind in "\(outcome.facts.filter { $0.kind == kind }.count) \(name)" }
      page.line("\("facts", .heading): \(counts.joined(separator: ", "))")
    }
    for change in outcome.facts where form == .full {
      switch change.kind {
      case .added: page.line("\("+", .added) \(FactsView.line(change.fact))")
      case .dropped: page.line("\("-", .removed) \(FactsView.line(change.fact))")
      case .changed:
        page.line(
          "\("~", .changed) \(change.fact.filledPrompt): \(change.oldTarget ?? "", .removed) → "
            + "\(change.fact.targetNew, .added)")
      }
    }
    var table = Table([
      .init("tensor"), .init("rank", .right), .init("norm", .right), .init("of weight", .right),
      .init("size", .right),
    ])
    for tensor in outcome.tensors {
      table.add([
        "\(tensor.name)", "\(tensor.rank.map(String.init) ?? "dense")",
        "\(Figures.significant(tensor.norm, digits: 4))",
        "\(tensor.relativeNorm.map { Figures.percentage($0) } ?? "–")",
        "\(Figures.bytes(tensor.byteCount))",
      ])
    }
    if scope == .everything { page.table(table) }
    for prompt in outcome.prompts {
      page.line()
      page.line("\(prompt.prompt, .heading)")
      page.line("  old: \(Self.list(prompt.old))")
      page.line("  new: \(Self.list(prompt.new))")
    }
  }

  private static func list(_ tokens: [NextToken]) -> String {
    tokens.map { "\"\($0.text)\" \(Figures.percentage($0.probability))" }.joined(separator: ", ")
  }
}
