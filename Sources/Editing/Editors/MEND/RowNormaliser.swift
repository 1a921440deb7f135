package import Transformer

/// The mean and the deviation of each coordinate of the rows that the matrices of one shape gave.
///
/// The released program keeps running values while it trains; as the rows do not depend on what is trained,
/// here they are taken over all training records before the first step.
package struct RowNormaliser: Sendable, Equatable {
  /// The number of rows that entered.
  package private(set) var count = 0
  private var mean: [Double]
  private var squares: [Double]

  /// Nothing seen yet, for rows of a width.
  package init(width: Int) {
    mean = Array(repeating: 0, count: width)
    squares = mean
  }

  /// What a file keeps.
  init(means: [Double], deviations: [Double], count: Int) {
    self.count = count
    mean = means
    squares = deviations.map { $0 * $0 * Double(max(1, count - 1)) }
  }

  /// The mean of each coordinate.
  package var means: [Double] { mean }
  /// The deviation of each coordinate, over one row fewer than entered.
  package var deviations: [Double] {
    squares.map { ($0 / Double(max(1, count - 1))).squareRoot() }
  }

  /// Takes in a matrix's rows (Welford's update).
  package mutating func add(_ rows: FloatRows) {
    for row in 0..<rows.rows {
      count += 1
      let x = rows.row(row)
      let weight = 1 / Double(count)
      for i in 0..<rows.columns {
        let distance = Double(x[i]) - mean[i]
        mean[i] += distance * weight
        squares[i] += distance * (Double(x[i]) - mean[i])
      }
    }
  }

  /// Brings rows to mean 0 and deviation 1, in place.
  package func apply(to rows: FloatRows) {
    let center = mean.map { Float($0) }
    let factor = deviations.map { Float(1 / ($0 + 1e-7)) }
    for row in 0..<rows.rows {
      let x = rows.row(row)
      for i in 0..<rows.columns { x[i] = (x[i] - center[i]) * factor[i] }
    }
  }

  /// u and δ side by side, without the rows where either is zero throughout.
  package static func joined(_ rows: TokenGradients.Rows) -> FloatRows {
    let (u, d) = (rows.inputs, rows.gradients)
    let kept = (0..<u.rows).filter { row in
      (0..<u.columns).contains { u.row(row)[$0] != 0 }
        && (0..<d.columns).contains { d.row(row)[$0] != 0 }
    }
    let result = FloatRows(rows: kept.count, columns: u.columns + d.columns)
    for (place, row) in kept.enumerated() {
      result.row(place).update(from: u.row(row), count: u.columns)
      (result.row(place) + u.columns).update(from: d.row(row), count: d.columns)
    }
    return result
  }
}
