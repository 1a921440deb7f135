/// For some matrices of a model, each token's input and the gradient at its output: what a matrix's
/// gradient is the sum of outer products of.
package final class TokenGradients: ParameterObserver {
  /// The rows of one matrix.
  package struct Rows: Sendable {
    /// u, what went in, `[tokens, inputs]`.
    package let inputs: FloatRows
    /// δ, the gradient of what came out, `[tokens, outputs]`.
    package let gradients: FloatRows

    /// Puts them together.
    /// - Precondition: both have as many rows.
    package init(inputs: FloatRows, gradients: FloatRows) {
      precondition(
        inputs.rows == gradients.rows, "\(inputs.rows) inputs, \(gradients.rows) gradients")
      self.inputs = inputs
      self.gradients = gradients
    }
  }

  /// The rows by the matrix's name.
  package private(set) var rows: [String: Rows] = [:]
  private let names: Set<String>

  /// Listens for some matrices; those that hold several heads' parts interleaved have none.
  package init(_ names: [String]) { self.names = Set(names) }

  func wants(_ tensors: [String]) -> Bool { tensors.contains(where: names.contains) }

  func linear(_ linear: ModelArchitecture.Linear, input: FloatRows, gradient: FloatRows) {
    var start = 0
    for (name, outputs) in zip(linear.weights, linear.outputs) {
      if names.contains(name), linear.layout != .headInterleaved {
        let inputs = input.copy(rows: 0..<gradient.rows)
        let part = FloatRows(rows: gradient.rows, columns: outputs)
        for row in 0..<gradient.rows {
          part.row(row).update(from: gradient.row(row) + start, count: outputs)
        }
        rows[name] = Rows(inputs: inputs, gradients: part)
      }
      start += outputs
    }
  }

  func norm(
    _ norm: ModelArchitecture.Norm, _ kind: ModelArchitecture.NormKind, input: FloatRows,
    statistics: RowStatistics, gradient: FloatRows
  ) {}
}
