internal import LinearAlgebra

/// The final norm and the projection onto the vocabulary, for the rows that need it.
package struct LanguageModelHead {
  private let norm: NormLayer
  private let projection: PreparedLinear
  private let width: Int
  private let workers: Workers
  /// The number of logits of a row.
  package let vocabularySize: Int

  /// Rows that share one product: enough for the matrix kernel, few enough for the cache.
  private static let rowsAtOnce = 128

  /// The bytes of the logits and hidden states that are held at once: all threads work on the same rows.
  package static func bufferBytes(of model: DecoderModel) -> Int {
    let architecture = model.architecture
    return MemoryLayout<Float>.size * rowsAtOnce
      * (architecture.vocabularySize + 2 * architecture.width)
  }

  /// The head of a model.
  package init(_ model: DecoderModel) throws {
    norm = try NormLayer(model.architecture.finalNorm, model.architecture, model.reader)
    projection = try model.reader.linear(model.architecture.head)
    width = model.architecture.width
    vocabularySize = model.architecture.vocabularySize
    workers = model.workers
  }

  /// Computes the logits of some rows and hands them over a row at a time, possibly at the same time.
  ///
  /// - Parameters:
  ///   - hidden: the last block's output, `[rows, d]`.
  ///   - body: called with the row and its logits, `[vocabulary]`, which it may overwrite.
  package func logits(
    of hidden: FloatRows, _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    forEachChunk(of: hidden) { start, count, _, _, logits in
      workers.forEach(count) { row in body(start + row, logits.row(row)) }
    }
  }

  /// The logits of one row.
  package func logits(of hidden: FloatRows, row: Int) -> [Float] {
    let one = hidden.selecting([Int32(row)])
    var result = [Float](repeating: 0, count: vocabularySize)
    result.withUnsafeMutableBufferPointer { target in
      logits(of: one) { _, logits in
        target.baseAddress?.update(from: logits, count: vocabularySize)
      }
    }
    return result
  }

  /// The gradient with respect to `hidden` of a loss of the logits.
  ///
  /// - Parameter body: called with a row and its logits; must leave the loss's gradient with respect
  ///   to them in their place.
  /// - Returns: `[rows, d]`.
  package func gradient(
    of hidden: FloatRows, _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) -> FloatRows {
    let result = FloatRows(rows: hidden.rows, columns: width)
    forEachChunk(of: hidden) { start, count, normalised, statistics, logits in
      workers.forEach(count) { row in body(start + row, logits.row(row)) }
      projection.applyTransposed(
        logits.base, outputStride: vocabularySize, to: normalised.base, inputStride: width,
        rows: count, workers)
      norm.applyBackward(
        normalised.base, x: hidden.row(start), statistics: statistics, to: result.row(start),
        rows: count, workers)
    }
    return result
  }

  private func forEachChunk(
    of hidden: FloatRows, _ body: (Int, Int, FloatRows, RowStatistics, FloatRows) -> Void
  ) {
    for start in stride(from: 0, to: hidden.rows, by: Self.rowsAtOnce) {
      let count = min(Self.rowsAtOnce, hidden.rows - start)
      let normalised = FloatRows(unwritten: count, columns: width)
      let statistics = RowStatistics(rows: count)
      let logits = FloatRows(unwritten: count, columns: vocabularySize)
      norm.apply(
        hidden.row(start), to: normalised.base, statistics: statistics, rows: count, workers)
      projection.apply(
        normalised.base, inputStride: width, to: logits.base, outputStride: vocabularySize,
        rows: count, accumulating: false, workers)
      if let bias = projection.bias {
        workers.forEach(count) { row in
          let target = logits.row(row)
          for id in 0..<vocabularySize { target[id] += bias.base[id] }
        }
      }
      body(start, count, normalised, statistics, logits)
    }
  }
}
