internal import Store
internal import Workflows

/// The figures of an edit: what was measured, and the size of its change of each tensor.
struct EditFigures {
  /// The change of a tensor, in a JSON document.
  struct Tensor: Encodable {
    let name: String
    let rank: Int?
    let norm: Double
    let weightNorm: Double?
    let relativeError: Double
    let keyError: Double?
    /// Of a stored change.
    let bytes: Int?

    init(_ change: DeltaRecord.Description, bytes: Int? = nil) {
      name = change.tensor
      rank = if case .lowRank(let rank) = change.kind { rank } else { nil }
      norm = change.norm.value
      weightNorm = change.weightNorm?.value
      relativeError = change.relativeError.value
      keyError = change.keyError?.value
      self.bytes = bytes
    }

    /// The norm as a part of the weight's, as text; `nil` where that is unknown or zero.
    var share: String? { weightNorm.flatMap { $0 > 0 ? Figures.percentage(norm / $0) : nil } }
  }

  private let manifest: EditManifest

  init(_ manifest: EditManifest) { self.manifest = manifest }

  /// The changes of tensors.
  var tensors: [Tensor] {
    manifest.deltas.map { Tensor($0.description, bytes: $0.byteCount) }
  }

  /// Writes what was measured and the table of tensors.
  func write(to page: Page) {
    let measurements = manifest.description.measurements
    MeasurementTable(
      before: Dictionary(measurements.measured("before").map { ($0.name, $0.mean) }) { first, _ in
        first
      },
      after: measurements.measured("after")
    ).write(to: page)
    var table = Table([
      .init("  tensor"), .init("rank", .right), .init("norm", .right),
      .init("of weight", .right), .init("error", .right), .init("size", .right),
    ])
    for tensor in tensors {
      table.add([
        "  \(tensor.name)", "\(tensor.rank.map(String.init) ?? "dense")",
        "\(Figures.significant(tensor.norm, digits: 4))",
        "\(tensor.share ?? "–")",
        "\(Figures.significant(tensor.relativeError, digits: 2))",
        "\(Figures.bytes(tensor.bytes ?? 0))",
      ])
    }
    page.table(table)
  }
}
