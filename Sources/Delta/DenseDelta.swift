package import LinearAlgebra

/// A change that is not of low rank, in grid integers: full fine-tunes, biases, norms' gains, sparse
/// corrections.
///
/// Kept as its payload. Blocks are decoded when they are added, so memory follows the payload, not
/// the tensor.
package struct DenseDelta: Sendable {
  /// The tensor's rows; one for a tensor of one dimension.
  package let rows: Int
  /// The tensor's columns.
  package let columns: Int
  /// The grid that the change lies on.
  package let grid: FixedPointGrid
  private let bytes: [UInt8]
  /// Where each block begins in `bytes`, and the end of the last.
  private let offsets: [Int]

  /// A change given in grid steps, kept exactly.
  ///
  /// - Parameter integers: N, `[rows, columns]`, row-major.
  /// - Precondition: `integers.count == rows * columns`.
  /// - Throws: ``DeltaError/changeAboveGrid(largest:limit:)`` for magnitudes of 2⁶² and more.
  package init(
    gridIntegers integers: [Int64], rows: Int, columns: Int, grid: FixedPointGrid
  ) throws(DeltaError) {
    try self.init(integers, rows: rows, columns: columns, grid: grid, sharedStep: 1)
  }

  init(
    _ integers: [Int64], rows: Int, columns: Int, grid: FixedPointGrid, sharedStep: Int64
  ) throws(DeltaError) {
    precondition(integers.count == rows * columns, "\(integers.count) for \(rows) x \(columns)")
    var builder = DenseDeltaBuilder(
      rows: rows, columns: columns, grid: grid, sharedStep: sharedStep)
    integers.withUnsafeBufferPointer { builder.append($0) }
    self = try builder.finish()
  }

  init(
    rows: Int, columns: Int, grid: FixedPointGrid, bytes: [UInt8], offsets: [Int]
  ) {
    (self.rows, self.columns, self.grid) = (rows, columns, grid)
    (self.bytes, self.offsets) = (bytes, offsets)
  }

  /// Reads a payload's blocks. Where the limits say so, every one is decoded once to check it.
  init(
    _ header: PayloadHeader, _ reader: inout ByteReader, payload: [UInt8], _ limits: PayloadLimits
  ) throws(DeltaError) {
    (rows, columns, grid) = (header.rows, header.columns, header.grid)
    bytes = payload
    let count = rows * columns
    let blocks = (count + DenseBlock.extent - 1) / DenseBlock.extent
    // Each block has a byte at least.
    guard blocks <= reader.remaining else { throw .payloadTruncated(field: "blocks") }
    var offsets = [reader.position]
    for _ in 0..<blocks {
      try DenseBlock.skip(&reader)
      offsets.append(reader.position)
    }
    guard reader.remaining == 0 else { throw .trailingBytes(count: reader.remaining) }
    self.offsets = offsets
    guard limits.blockCheck == .atOnce else { return }
    for index in 0..<blocks {
      _ = try decode(
        block: index, count: min(DenseBlock.extent, count - index * DenseBlock.extent))
    }
  }

  /// The bytes to store.
  package func payload() -> [UInt8] { bytes }

  /// About how many bytes of memory it holds, a decoded block included.
  var byteCount: Int { bytes.count + 8 * min(DenseBlock.extent, rows * columns) }

  /// The block that was decoded last: bands of rows that share one with their neighbours decode it once.
  struct Cursor {
    fileprivate var block: (index: Int, content: DenseBlock.Content)?
  }

  /// Adds N for the given rows to `target`, `[rows.count, columns]`.
  ///
  /// - Throws: ``DeltaError/sumOverflows(row:)``, and for a damaged block that was not decoded before.
  func add(
    rows: Range<Int>, to target: UnsafeMutableBufferPointer<Int64>, _ cursor: inout Cursor
  ) throws(DeltaError) {
    let elements = rows.lowerBound * columns..<rows.upperBound * columns
    precondition(target.count >= elements.count, "\(target.count) for \(elements.count)")
    guard !elements.isEmpty else { return }
    let first = elements.lowerBound / DenseBlock.extent
    let last = (elements.upperBound - 1) / DenseBlock.extent
    var overflow: Int64 = 0
    func add(_ n: Int64, at place: Int) {
      let sum = target[place] &+ n
      overflow |= (target[place] ^ sum) & (n ^ sum)
      target[place] = sum
    }
    for index in first...last {
      let start = index * DenseBlock.extent
      let size = min(DenseBlock.extent, self.rows * columns - start)
      if cursor.block?.index != index {
        cursor.block = (index, try decode(block: index, count: size))
      }
      let range = max(start, elements.lowerBound)..<min(start + size, elements.upperBound)
      switch cursor.block?.content {
      case .all(let integers, let step):
        integers.withUnsafeBufferPointer { q in
          for element in range {
            add(q[element - start] &* step, at: element - elements.lowerBound)
          }
        }
      case .few(let few, let step):
        few.numbers.withUnsafeBufferPointer { q in
          few.places.withUnsafeBufferPointer { places in
            for index in places.indices {
              let element = start + Int(places[index])
              guard element >= range.lowerBound else { continue }
              guard element < range.upperBound else { break }
              add(q[index] &* step, at: element - elements.lowerBound)
            }
          }
        }
      case .zero, nil: break
      }
      if range.upperBound == start + size { cursor.block = nil }
    }
    if overflow < 0 { throw .sumOverflows(row: rows.lowerBound) }
  }

  private func decode(block index: Int, count: Int) throws(DeltaError) -> DenseBlock.Content {
    try bytes.withUnsafeBufferPointer { elements throws(DeltaError) in
      let bytes = UnsafeRawBufferPointer(elements)
      let found = try DenseBlock.decode(
        UnsafeRawBufferPointer(rebasing: bytes[offsets[index]..<offsets[index + 1]]), count: count)
      guard let (numbers, step) = found.numbers else { return found }
      let largest = Double(Self.largest(numbers)) * Double(step)
      guard largest < QuantisedFactors.elementLimit else {
        throw .payloadDamaged(
          field: "largest element", found: "\(largest) grid steps", expected: "below 2^62")
      }
      return found
    }
  }

  private static func largest(_ numbers: [Int64]) -> UInt64 {
    numbers.withUnsafeBufferPointer { numbers in
      var largest: UInt64 = 0
      for number in numbers { largest = max(largest, number.magnitude) }
      return largest
    }
  }

  /// The change in float64, `[rows, columns]`: whole, so for small tensors and tools.
  package func values() throws(DeltaError) -> Matrix<Double> {
    var integers = [Int64](repeating: 0, count: rows * columns)
    try integers.withUnsafeMutableBufferPointer { buffer throws(DeltaError) in
      var cursor = Cursor()
      try add(rows: 0..<rows, to: buffer, &cursor)
    }
    let step = grid.step
    return Matrix(rows: rows, columns: columns, integers.map { Double($0) * step })
  }

  /// ‖Δ̂‖_F.
  package func frobeniusNorm() throws(DeltaError) -> Double {
    var sum = 0.0
    for index in 0..<offsets.count - 1 {
      let size = min(DenseBlock.extent, rows * columns - index * DenseBlock.extent)
      guard let (numbers, step) = try decode(block: index, count: size).numbers else { continue }
      let scale = Double(step) * grid.step
      for q in numbers { sum += (Double(q) * scale) * (Double(q) * scale) }
    }
    return sum.squareRoot()
  }
}

extension DenseBlock.Content {
  /// The numbers, without or with zeros, and their step; `nil` for zeros.
  fileprivate var numbers: (numbers: [Int64], step: Int64)? {
    switch self {
    case .zero: nil
    case .all(let numbers, let step): (numbers, step)
    case .few(let few, let step): (few.numbers, step)
    }
  }
}
