internal import Transformer

/// The negative log-likelihood of texts' labels, with its gradient.
struct LabelLoss {
  /// What the outputs of a batch of texts are asked, text after text.
  private let rows: [[(token: Int, weight: Float)]]
  /// For each row, which text it belongs to.
  private let texts: [Int]
  private let count: Int

  init(_ batch: [TrainingText]) {
    var rows: [[(token: Int, weight: Float)]] = []
    var texts: [Int] = []
    for (index, text) in batch.enumerated() {
      for position in text.outputs {
        rows.append(
          text.labels.filter { $0.position == position }.map { (Int($0.token), $0.weight) })
        texts.append(index)
      }
    }
    self.rows = rows
    self.texts = texts
    count = batch.count
  }

  /// The number of rows that the texts take.
  var rowCount: Int { rows.count }

  /// Replaces the logits of a row by the gradient of its loss times `scale`.
  ///
  /// - Returns: the row's loss, not scaled.
  func score(_ row: Int, _ logits: LogitRow, scale: Float) -> Float {
    let total = logits.logSumExp
    var loss: Float = 0
    var weights: Float = 0
    for label in rows[row] {
      loss += (total - logits.base[label.token]) * label.weight
      weights += label.weight
    }
    logits.becomeProbabilities(logSumExp: total, weight: scale * weights)
    for label in rows[row] { logits.base[label.token] -= scale * label.weight }
    return loss
  }

  /// The loss of each text, and the gradient of the sum of the losses times `scale` with respect to the
  /// final hidden states.
  ///
  /// - Parameter hidden: `[rows, d]`.
  func gradient(_ hidden: FloatRows, _ head: LanguageModelHead, scale: Float) -> (
    losses: [Float], gradient: FloatRows
  ) {
    // Rows are scored on several threads: each writes its own entry.
    let parts = FloatRows(rows: 1, columns: rows.count)
    let gradient = head.gradient(of: hidden) { row, base in
      parts.base[row] = score(row, LogitRow(base, count: head.vocabularySize), scale: scale)
    }
    return (losses(parts), gradient)
  }

  /// The loss of each text.
  func losses(_ parts: FloatRows) -> [Float] {
    var losses = [Float](repeating: 0, count: count)
    for (row, text) in texts.enumerated() { losses[text] += parts.base[row] }
    return losses
  }
}
