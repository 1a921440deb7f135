internal import Store

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
    let bytes: Int
  }

  private let manifest: EditManifest

  init(_ manifest: EditManifest) { self.manifest = manifest }

  /// The changes of tensors.
  var tensors: [Tensor] {
    manifest.deltas.map { record in
      .init(
        name: record.tensor, rank: Self.rank(record), norm: record.description.norm.value,
        weightNorm: record.description.weightNorm?.value,
        relativeError: record.description.relativeError.value,
        keyError: record.description.keyError?.value, bytes: record.byteCount)
    }
  }

  private static func rank(_ record: DeltaRecord) -> Int? {
    if case .lowRank(let rank) = record.description.kind { rank } else { nil }
  }

  /// Writes what was measured and the table of tensors.
  func write(to page: Page) {
    MeasurementTable(
      before: Dictionary(metrics("before").map { ($0.name, $0.mean) }) { first, _ in first },
      after: metrics("after")
    ).write(to: page)
    var table = Table([
      .init("  tensor"), .init("rank", .right), .init("norm", .right),
      .init("of weight", .right), .init("error", .right), .init("size", .right),
    ])
    for tensor in tensors {
      table.add([
        "  \(tensor.name)", "\(tensor.rank.map(String.init) ?? "dense")",
        "\(Figures.significant(tensor.norm, digits: 4))",
        "\(tensor.weightNorm.flatMap { $0 > 0 ? Figures.percentage(tensor.norm / $0) : nil } ?? "–")",
        "\(Figures.significant(tensor.relativeError, digits: 2))",
        "\(Figures.bytes(tensor.bytes))",
      ])
    }
    page.table(table)
  }

  private func metrics(_ key: String) -> [(name: String, mean: Double, count: Int)] {
    guard case .object(let all) = manifest.description.measurements[key] else { return [] }
    return all.members.compactMap { member in
      guard case .object(let value) = member.value, case .string(let mean) = value["mean"],
        case .integer(let count) = value["count"], let number = Double(mean)
      else { return nil }
      return (member.name, number, Int(count))
    }
  }
}
