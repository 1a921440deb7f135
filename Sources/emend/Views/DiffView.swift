internal import Checkpoint
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
      let norm: Double?
      let relativeNorm: Double?
      let spectralNorm: Double?
      let relativeSpectralNorm: Double?
      let old: Directions?
      let new: Directions?
      let angles: Angles?
      let bytes: Int
    }
    struct Directions: Encodable {
      let rank: Int
      let norm: Double
      let spectralNorm: Double
    }
    struct Angles: Encodable {
      let columns: [Double]
      let rows: [Double]
    }
    struct Prompt: Encodable {
      let prompt: String
      let old: [TokenDocument]
      let new: [TokenDocument]
      let divergence: Double
    }
    /// Fingerprints, the old side's and the new side's.
    let bases: [String]?
    let editsAdded: [String]
    let editsDropped: [String]
    let facts: [Fact]
    let tensors: [Tensor]?
    let prompts: [Prompt]
    let interference: InterferenceView.Document?
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
    func directions(_ side: CompareRevisions.Directions) -> Document.Directions {
      .init(rank: side.rank, norm: side.norm, spectralNorm: side.spectralNorm)
    }
    return Document(
      bases: outcome.bases.isEmpty ? nil : outcome.bases.map(\.hexadecimal),
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
            spectralNorm: $0.spectralNorm, relativeSpectralNorm: Self.relative($0.spectralNorm, $0),
            old: $0.old.map(directions), new: $0.new.map(directions),
            angles: $0.angles.map { .init(columns: $0.columns, rows: $0.rows) }, bytes: $0.byteCount
          )
        },
      prompts: outcome.prompts.map {
        .init(
          prompt: $0.prompt, old: $0.old.map { TokenDocument($0) },
          new: $0.new.map { TokenDocument($0) }, divergence: $0.divergence)
      }, interference: outcome.interference.map { InterferenceView($0).document })
  }

  func write(to page: Page) {
    if outcome.isEmpty { page.line("no differences") } else { writeDifferences(to: page) }
    for prompt in outcome.prompts { write(prompt, to: page) }
  }

  private func writeDifferences(to page: Page) {
    if !outcome.bases.isEmpty {
      let bases = outcome.bases.map { Figures.shortID($0) }
      page.line("\("base", .heading): \(bases.joined(separator: " → "))")
    }
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
    if scope == .everything { page.table(tensors) }
    if let interference = outcome.interference {
      page.line()
      InterferenceView(interference).write(to: page)
    }
  }

  private var tensors: Table {
    var table = Table([
      .init("tensor"), .init("rank", .right), .init("norm", .right), .init("of weight", .right),
      .init("largest", .right), .init("of weight", .right), .init("angle", .right),
      .init("size", .right),
    ])
    for tensor in outcome.tensors {
      table.add([
        "\(tensor.name)", "\(tensor.rank.map(String.init) ?? "dense")",
        "\(tensor.norm.map { Figures.significant($0, digits: 4) } ?? "–")",
        "\(tensor.relativeNorm.map { Figures.percentage($0) } ?? "–")",
        "\(tensor.spectralNorm.map { Figures.significant($0, digits: 4) } ?? "–")",
        "\(Self.relative(tensor.spectralNorm, tensor).map { Figures.percentage($0) } ?? "–")",
        "\(tensor.angles.map { Figures.fixed($0.smallest, decimals: 1) + "°" } ?? "–")",
        "\(Figures.bytes(tensor.byteCount))",
      ])
    }
    return table
  }

  /// A norm relative to the tensor's.
  private static func relative(_ norm: Double?, _ tensor: CompareRevisions.TensorChange) -> Double?
  {
    guard let norm, let weight = tensor.weightNorm else { return nil }
    return norm / weight
  }

  /// Both sides' answers beside each other.
  private func write(_ prompt: CompareRevisions.PromptChange, to page: Page) {
    page.line()
    page.line(
      "\(prompt.prompt, .heading)  KL \(Figures.significant(prompt.divergence, digits: 3))")
    var table = Table([
      .init("  old"), .init("", .right), .init("new"), .init("", .right),
    ])
    for row in 0..<max(prompt.old.count, prompt.new.count) {
      let sides = [prompt.old, prompt.new].map { side in
        side.indices.contains(row) ? side[row] : nil
      }
      table.add([
        StyledText(sides[0].map { "  \"\($0.text)\"" } ?? ""),
        StyledText(sides[0].map { Figures.percentage($0.probability) } ?? ""),
        StyledText(sides[1].map { "\"\($0.text)\"" } ?? ""),
        StyledText(sides[1].map { Figures.percentage($0.probability) } ?? ""),
      ])
    }
    page.table(table)
  }
}
