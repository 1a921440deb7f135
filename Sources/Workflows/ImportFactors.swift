internal import Checkpoint
internal import Delta
internal import Files
internal import LinearAlgebra
internal import Store

/// Turns pairs of factors into changes of the base's tensors, in the orientation in which these are stored.
struct ImportFactors {
  private let base: BaseManifest
  private let names: ImportNames

  init(_ base: BaseManifest) {
    self.base = base
    names = ImportNames(base)
  }

  /// One change a tensor, not encoded yet.
  func changes(_ pairs: [FactorPair]) throws -> [(
    tensor: BaseManifest.Tensor, factors: LowRankFactors
  )] {
    var seen: Set<String> = []
    return try pairs.map { pair in
      let file = pair.first.file.path
      let tensor =
        pair.form == .lora
        ? try names.weight(ofModule: AdapterDirectory.module(pair.owner), in: file)
        : try names.tensor(pair.owner, in: file)
      guard seen.insert(tensor.name).inserted else {
        throw ImportError.twice(file: file, tensor: tensor.name)
      }
      return (tensor, try factors(pair, tensor, file))
    }
  }

  private func factors(
    _ pair: FactorPair, _ tensor: BaseManifest.Tensor, _ file: String
  ) throws -> LowRankFactors {
    let (rows, columns) = matrixExtents(of: tensor.shape)
    let extents = pair.extents
    let fits = extents == (rows, columns)
    let fitsTransposed = extents == (columns, rows)
    let isTransposed: Bool
    switch pair.form {
    case .product: isTransposed = false
    case .sides: isTransposed = !fits
    // A head is no Conv1D in any family.
    case .lora: isTransposed = base.storesInputsFirst && !tensor.name.hasPrefix("lm_head.")
    }
    guard isTransposed ? fitsTransposed : fits else {
      throw ImportError.wrongExtents(
        file: file, owner: pair.owner, tensor: tensor.name,
        found: [extents.rows, extents.columns], expected: [rows, columns])
    }
    // The product is first · other, `[p, q]`; both sides are wanted with the directions as columns.
    var first = Matrix(
      rows: extents.rows, columns: pair.rank, try FactorPair.numbers(of: pair.first))
    if pair.scale != 1 { for i in first.storage.indices { first.storage[i] *= pair.scale } }
    let numbers = try FactorPair.numbers(of: pair.second)
    let second =
      pair.form == .sides
      ? Matrix(rows: extents.columns, columns: pair.rank, numbers)
      : Matrix(rows: pair.rank, columns: extents.columns, numbers).transposed
    return isTransposed
      ? try LowRankFactors(left: second, right: first)
      : try LowRankFactors(left: first, right: second)
  }
}
