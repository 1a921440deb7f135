import Checkpoint
import Delta
import LinearAlgebra
import Transformer

/// One tensor with an edit of rank 16 that was rounded to the tensor's type: what taking it over costs in bits.
struct ImportedTensor {
  private let type: ElementType
  private let base: [UInt8]
  private let edited: [UInt8]
  private let grid: FixedPointGrid

  init(_ type: ElementType) throws {
    self.type = type
    let (rows, columns, rank) = (StoreScene.rows, StoreScene.columns, StoreScene.rank)
    var random = SeededRandom(5)
    let weights = type.store((0..<rows * columns).map { _ in random.normal() * 0.02 })
    let change = Matrix.product(
      random.matrix(rows: rows, columns: rank), .none,
      Matrix(rows: rank, columns: columns) { _, _ in random.normal() * 1e-4 })
    let numbers = type.load(weights)
    base = weights
    edited = type.store(zip(numbers, change.storage).map { $0 + $1 })
    grid = try FixedPointGrid(largestMagnitude: numbers.reduce(0) { max($0, abs($1)) })
  }

  /// Prints bits a parameter; false where they are too many or a byte does not come back.
  func measure() throws -> Bool {
    let (rows, columns) = (StoreScene.rows, StoreScene.columns)
    var delta: TensorDelta?
    let seconds = try base.withUnsafeBytes { base in
      try edited.withUnsafeBytes { edited in
        try ProcessorTime.least(of: 1) {
          delta = try ImportedDelta(
            ImportSource(
              elementType: type, rows: rows, columns: columns, grid: grid, base: base,
              present: base, target: edited),
            shape: .matrix, over: 0, threads: Workers(1),
            load: { _ in throw DeltaError.trailingBytes(count: 0) }
          ).delta
        }
      }
    }
    guard let delta else { return false }
    var back: [UInt8] = []
    _ = try base.withUnsafeBytes { base in
      try Materialiser(elementType: type, grid: grid).materialise(
        base, adding: StackSum(rows: rows, columns: columns, grid: grid), of: 1,
        load: { _ in delta }, write: { back += $0 })
    }
    guard back == edited else {
      print("  \(type.rawValue): the bytes DIFFER")
      return false
    }
    return Claim(
      "\(type.rawValue) tensor, rank 16 imported bit for bit", unit: "bits a parameter", decimals: 2
    ).atMost(
      1.2, Double(delta.payload().count * 8) / Double(rows * columns),
      beside: "in \(Figure.seconds(seconds))")
  }
}
