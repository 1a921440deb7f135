package import LinearAlgebra
package import Transformer

extension TensorChange {
  /// The tensor with the change added, in float32, by tiles of rows: what a model in memory computes with,
  /// without the rounding to a grid and to the checkpoint's element type that a commit has.
  ///
  /// - Parameter weight: the tensor before, `[rows, columns]` as stored.
  package func adding(to weight: Matrix<Float>) -> FloatRows {
    let result = FloatRows(rows: weight.rows, columns: weight.columns)
    switch form {
    case .dense(let change):
      for i in weight.storage.indices {
        result.base[i] = weight.storage[i] + Float(change.storage[i])
      }
    case .lowRank(let left, let right, _):
      let tile = max(1, (1 << 20) / max(1, weight.columns))
      for start in stride(from: 0, to: weight.rows, by: tile) {
        let count = min(tile, weight.rows - start)
        let part = Matrix<Double>(
          rows: count, columns: left.columns,
          Array(left.storage[start * left.columns..<(start + count) * left.columns]))
        let change = Matrix.product(part, .none, right, .transposed)
        for i in change.storage.indices {
          let place = start * weight.columns + i
          result.base[place] = weight.storage[place] + Float(change.storage[i])
        }
      }
    }
    return result
  }
}

extension DecoderModel {
  /// The same model with some changes added, in memory alone.
  package func adding(_ changes: [TensorChange]) throws -> DecoderModel {
    var tensors: [String: FloatRows] = [:]
    for change in changes {
      tensors[change.tensor] = try change.adding(to: matrix(named: change.tensor))
    }
    return replacing(tensors)
  }
}
