internal import Store
internal import Workflows

/// How far batches disturb each other's facts.
struct InterferenceView: View {
  struct Document: Encodable {
    struct Effect: Encodable {
      let layer: Int
      let tensor: String
      let ratio: Double
    }
    struct Pair: Encodable {
      let mover: String
      let moved: String
      /// Left out where no matrix is changed by both.
      let largest: Double?
      let effects: [Effect]
    }
    struct Unmeasured: Encodable {
      let edit: String
      let reason: String
    }
    let pairs: [Pair]
    let unmeasured: [Unmeasured]
  }

  let document: Document

  init(_ interference: Interference) {
    document = Document(
      pairs: interference.pairs.map { pair in
        .init(
          mover: pair.mover.hexadecimal, moved: pair.moved.hexadecimal, largest: pair.largest,
          effects: pair.effects.map {
            .init(layer: $0.layer, tensor: $0.tensor, ratio: $0.ratio)
          })
      },
      unmeasured: interference.unmeasured.map {
        .init(edit: $0.edit.hexadecimal, reason: $0.reason)
      })
  }

  /// More pairs than a person reads are counted.
  private static let shown = 20

  func write(to page: Page) {
    guard !(document.pairs.isEmpty && document.unmeasured.isEmpty) else { return }
    page.line(
      "\("interference", .heading): how far one batch moves the other's keys, to its own 100 %")
    var table = Table([
      .init("  batch"), .init("moves"), .init("most", .right), .init("by layer", flexible: true),
    ])
    for pair in document.pairs.prefix(Self.shown) {
      let layers =
        pair.effects.isEmpty
        ? ["no matrix in common: not measured"]
        : pair.effects.map { "\($0.layer): \(Figures.percentage($0.ratio))" }
      table.add([
        "  \(Figures.shortID(pair.mover), .identifier)",
        "\(Figures.shortID(pair.moved), .identifier)",
        "\(pair.largest.map { Figures.percentage($0) } ?? "–")",
        "\(layers.joined(separator: ", "), .faint)",
      ])
    }
    page.table(table)
    if document.pairs.count > Self.shown {
      page.line("  and \(document.pairs.count - Self.shown) pairs that move less")
    }
    for edit in document.unmeasured {
      page.line("  \(Figures.shortID(edit.edit)) has no keys: \(edit.reason)")
    }
  }
}
