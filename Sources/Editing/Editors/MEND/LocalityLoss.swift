internal import Transformer

/// KL(p ‖ q) of the unedited model's distribution p and the edited one's q at some positions.
struct LocalityLoss {
  private let logits: FloatRows
  private let probabilities: FloatRows
  private let totals: [Float]

  /// The number of positions.
  var rowCount: Int { logits.rows }

  /// - Parameter hidden: the unedited model's final hidden states, `[positions, d]`.
  init(_ hidden: FloatRows, _ head: LanguageModelHead) {
    let vocabulary = head.vocabularySize
    let logits = FloatRows(rows: hidden.rows, columns: vocabulary)
    let probabilities = FloatRows(rows: hidden.rows, columns: vocabulary)
    if hidden.rows > 0 {
      head.logits(of: hidden) { row, base in
        logits.row(row).update(from: base, count: vocabulary)
      }
    }
    var totals: [Float] = []
    for row in 0..<hidden.rows {
      let total = LogitRow(logits.row(row), count: vocabulary).logSumExp
      probabilities.row(row).update(from: logits.row(row), count: vocabulary)
      LogitRow(probabilities.row(row), count: vocabulary)
        .becomeProbabilities(logSumExp: total, weight: 1)
      totals.append(total)
    }
    self.logits = logits
    self.probabilities = probabilities
    self.totals = totals
  }

  /// Replaces the edited model's logits by the gradient of the loss times `scale`.
  ///
  /// - Returns: the position's KL, not scaled.
  func score(_ row: Int, _ edited: LogitRow, scale: Float) -> Float {
    let total = edited.logSumExp
    let (x, p) = (logits.row(row), probabilities.row(row))
    // Σ p (log p − log q), with the constants taken out of the sum.
    var sum = 0.0
    for id in 0..<edited.count { sum += Double(p[id]) * Double(x[id] - edited.base[id]) }
    let loss = sum - Double(totals[row]) + Double(total)
    edited.becomeProbabilities(logSumExp: total, weight: scale)
    for id in 0..<edited.count { edited.base[id] -= scale * p[id] }
    return Float(loss)
  }
}
