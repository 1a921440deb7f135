internal import Delta
internal import Editing
internal import LinearAlgebra
internal import Store
internal import Transformer
internal import Workflows

/// How far the edits of a stack move the same inputs.
struct OverlapCheck {
  /// How many edits are compared at most.
  static let editLimit = 24
  /// Bytes that their directions may take.
  private static let byteLimit = 1 << 28

  /// The overlap of some edits at the tensor that most of them change.
  ///
  /// - Parameters:
  ///   - edits: with the names that they are shown by, the oldest first.
  /// - Returns: `nil` for fewer than two edits that change one tensor by low rank.
  func run(_ edits: [(name: String, edit: StoredEdit)], _ architecture: ModelArchitecture) throws
    -> BatchOverlap?
  {
    var counts: [String: Int] = [:]
    for (_, edit) in edits {
      for delta in edit.manifest.deltas { counts[delta.tensor, default: 0] += 1 }
    }
    guard let tensor = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else {
      return nil
    }
    let layer = (0..<architecture.layerCount).first {
      architecture.editedWeight(layer: $0) == tensor
    }
    let side = layer.map { architecture.editedKeySide(layer: $0) } ?? .columns
    var names: [String] = []
    var spans: [Matrix<Double>] = []
    var bytes = 0
    for (name, edit) in edits.reversed() where spans.count < Self.editLimit {
      guard edit.manifest.deltas.contains(where: { $0.tensor == tensor }),
        case .lowRank(let factors) = try EncodedEdit.Part(stored: edit, tensor: tensor).delta()
      else { continue }
      let both = factors.factors()
      let span = QRDecomposition(side == .columns ? both.right : both.left).orthogonal
      bytes += span.storage.count * 8
      guard bytes <= Self.byteLimit else { break }
      names.append(name)
      spans.append(span)
    }
    guard spans.count > 1 else { return nil }
    names.reverse()
    spans.reverse()
    let values = spans.map { a in
      spans.map { b in
        let cosines = Matrix.product(a, .transposed, b, .none)
        let squares = cosines.storage.reduce(0) { $0 + $1 * $1 }
        return squares / Double(max(1, min(a.columns, b.columns)))
      }
    }
    return BatchOverlap(tensor: tensor, names: names, values: values)
  }
}
