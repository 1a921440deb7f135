package import LinearAlgebra

/// Sums over a text that second moments are means of: all layers of one pass.
package struct MomentSums {
  private var sums: [Int: MomentAccumulator]
  /// How many documents of the text were read, those without tokens too: where the next one is.
  package internal(set) var position = 0
  /// How many tokens were summed.
  package internal(set) var tokenCount = 0
  /// How many documents.
  package internal(set) var documentCount = 0

  init(layers: [Int], order: Int) {
    sums = Dictionary(
      uniqueKeysWithValues: layers.map { ($0, MomentAccumulator(order: order)) })
  }

  /// Adds a layer's keys, `[rows, f]`.
  func add(_ keys: UnsafePointer<Float>, rows: Int, layer: Int, _ workers: Workers) {
    sums[layer]?.add(keys, rows: rows, workers)
  }

  /// A layer's second moment, `[f, f]`; `nil` for a layer that is not among them.
  package func mean(layer: Int) -> Matrix<Double>? { sums[layer]?.mean() }

  /// Gives a layer's memory back.
  package mutating func drop(layer: Int) { sums[layer] = nil }

  /// What is written down before the sums: tokens, documents, position, little-endian.
  private static let headBytes = 3 * MemoryLayout<UInt64>.size

  /// Everything that a pass needs to go on from here, part by part: the counts, then each layer's sum, ascending.
  package func forEachPart<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    for count in [tokenCount, documentCount, position] {
      try withUnsafeBytes(of: UInt64(count).littleEndian) { bytes throws(Failure) in try body(bytes)
      }
    }
    for layer in sums.keys.sorted() { try sums[layer]?.forEachPart(body) }
  }

  /// Takes back what ``forEachPart(_:)`` gave; `nil` where the bytes are not as many as they should be.
  package init?(stored bytes: UnsafeRawBufferPointer, layers: [Int], order: Int) {
    let each = MomentAccumulator.byteCount(order: order)
    guard bytes.count == Self.headBytes + layers.count * each else { return nil }
    self.init(layers: layers, order: order)
    let counts = (0..<3).map {
      Int(
        truncatingIfNeeded: UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
    }
    (tokenCount, documentCount, position) = (counts[0], counts[1], counts[2])
    for (index, layer) in layers.sorted().enumerated() {
      let start = Self.headBytes + index * each
      sums[layer]?.restore(
        UnsafeRawBufferPointer(rebasing: bytes[start..<start + each]), count: tokenCount)
    }
  }

  /// All of them as moments, in memory together.
  var moments: SecondMoments {
    SecondMoments(
      matrices: sums.mapValues { $0.mean() }, tokenCount: tokenCount, documentCount: documentCount)
  }
}
