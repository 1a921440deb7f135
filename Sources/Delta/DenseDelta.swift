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
  /// The blocks and spans, and the end of the last.
  private let pieces: [Piece]

  /// Where a block or span begins.
  struct Piece: Sendable {
    /// In the payload.
    let offset: Int
    /// Of the tensor's elements.
    let element: Int
  }

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
    rows: Int, columns: Int, grid: FixedPointGrid, bytes: [UInt8], pieces: [Piece]
  ) {
    (self.rows, self.columns, self.grid) = (rows, columns, grid)
    (self.bytes, self.pieces) = (bytes, pieces)
  }

  /// Reads a payload's blocks. Where the limits say so, every one is decoded once to check it.
  init(
    _ header: PayloadHeader, _ reader: inout ByteReader, payload: [UInt8], _ limits: PayloadLimits
  ) throws(DeltaError) {
    (rows, columns, grid) = (header.rows, header.columns, header.grid)
    bytes = payload
    let count = rows * columns
    var pieces: [Piece] = []
    var element = 0
    // Each piece has a byte at least.
    while element < count {
      pieces.append(Piece(offset: reader.position, element: element))
      let left = (count - element + DenseBlock.extent - 1) / DenseBlock.extent
      let blocks = try DenseBlock.skip(&reader, left: left, allowsSpans: header.allowsSpans)
      element = min(count, element + blocks * DenseBlock.extent)
    }
    pieces.append(Piece(offset: reader.position, element: count))
    guard reader.remaining == 0 else { throw .trailingBytes(count: reader.remaining) }
    self.pieces = pieces
    guard limits.blockCheck == .atOnce else { return }
    for index in 0..<pieces.count - 1 { _ = try decode(index) }
  }

  /// The bytes to store.
  package func payload() -> [UInt8] { bytes }

  /// About how many bytes of memory it holds, a decoded block included.
  var byteCount: Int { bytes.count + 8 * min(DenseBlock.extent, rows * columns) }

  /// The piece that was decoded last: bands of rows that share one with their neighbours decode it once.
  struct Cursor {
    fileprivate var piece: (index: Int, content: DenseBlock.Content)?
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
    var overflow: Int64 = 0
    func add(_ n: Int64, at place: Int) {
      let sum = target[place] &+ n
      overflow |= (target[place] ^ sum) & (n ^ sum)
      target[place] = sum
    }
    var index = firstIndex(pieces.count) { pieces[$0].element > elements.lowerBound } - 1
    while pieces[index].element < elements.upperBound {
      defer { index += 1 }
      let (start, end) = (pieces[index].element, pieces[index + 1].element)
      if cursor.piece?.index != index { cursor.piece = (index, try decode(index)) }
      let range = max(start, elements.lowerBound)..<min(end, elements.upperBound)
      switch cursor.piece?.content {
      case .all(let integers, let step):
        integers.withUnsafeBufferPointer { q in
          for element in range {
            add(q[element - start] &* step, at: element - elements.lowerBound)
          }
        }
      case .few(let few, let step):
        few.numbers.withUnsafeBufferPointer { q in
          few.places.withUnsafeBufferPointer { places in
            let first = firstIndex(places.count) { start + Int(places[$0]) >= range.lowerBound }
            for index in first..<places.count {
              let element = start + Int(places[index])
              guard element < range.upperBound else { break }
              add(q[index] &* step, at: element - elements.lowerBound)
            }
          }
        }
      case .zero, nil: break
      }
      if range.upperBound == end { cursor.piece = nil }
    }
    if overflow < 0 { throw .sumOverflows(row: rows.lowerBound) }
  }

  private func decode(_ index: Int) throws(DeltaError) -> DenseBlock.Content {
    let (start, end) = (pieces[index], pieces[index + 1])
    return try bytes.withUnsafeBufferPointer { elements throws(DeltaError) in
      let bytes = UnsafeRawBufferPointer(elements)
      let found = try DenseBlock.decode(
        UnsafeRawBufferPointer(rebasing: bytes[start.offset..<end.offset]),
        count: end.element - start.element)
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
    for index in 0..<pieces.count - 1 {
      guard let (numbers, step) = try decode(index).numbers else { continue }
      let scale = Double(step) * grid.step
      for q in numbers { sum += (Double(q) * scale) * (Double(q) * scale) }
    }
    return sum.squareRoot()
  }
}

/// The first of `count` indices for which something holds that holds for all after it, or `count`.
private func firstIndex(_ count: Int, where holds: (Int) -> Bool) -> Int {
  var (low, high) = (0, count)
  while low < high {
    let middle = (low + high) / 2
    if holds(middle) { high = middle } else { low = middle + 1 }
  }
  return low
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
