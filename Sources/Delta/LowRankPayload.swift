import LinearAlgebra

/// Low-rank payloads: header, rank, and the integers of all directions.
///
///     header
///     rank    varint; nothing follows a rank of 0
///     coder   see ``IntegerEncoder``; its columns are left_0, right_0, left_1, right_1 …
///     prefix  of the coder's bits, for each direction k, with e₋₁ = the grid's exponent and c₋₁ = 72:
///               escape code of order 1 of the zigzag of e_k − e_{k−1}, the scale's exponent
///               6 bits, the scale's mantissa − 64
///               for left, then right: 1 bit, the shape; escape code of order 1 of the zigzag of
///               c_k − c_{k−1}, the width, left and right each with its own predecessor
enum LowRankPayload {
  private static let firstWidth = 72

  static func bytes(_ factors: QuantisedFactors) -> [UInt8] {
    var writer = ByteWriter()
    PayloadHeader(
      kind: .lowRank, rows: factors.rows, columns: factors.columns, grid: factors.grid
    ).write(to: &writer)
    writer.writeVarint(UInt64(factors.rank))
    guard factors.rank > 0 else { return writer.bytes }

    var integers: [Int32] = []
    integers.reserveCapacity(factors.rank * (factors.rows + factors.columns))
    var columns: [(count: Int, model: ColumnModel)] = []
    var prefix = BitWriter()
    var exponent = factors.grid.exponent
    var widths = [firstWidth, firstWidth]
    for k in 0..<factors.rank {
      let scale = factors.scales[k]
      writeDifference(scale.exponent - exponent, to: &prefix)
      prefix.write(UInt64(scale.mantissa - DirectionScale.mantissas.lowerBound), count: 6)
      exponent = scale.exponent
      for (side, row) in [factors.left.row(k), factors.right.row(k)].enumerated() {
        let start = integers.count
        integers.append(contentsOf: row.lazy.map { Int32($0) })
        let model = integers.withUnsafeBufferPointer {
          ModelChoice.cheapest(for: UnsafeBufferPointer(rebasing: $0[start...])).model
        }
        columns.append((row.count, model))
        prefix.write(UInt64(model.shape.rawValue), count: 1)
        writeDifference(model.width - widths[side], to: &prefix)
        widths[side] = model.width
      }
    }
    writer.write(IntegerEncoder(prefix: prefix).encode(integers, columns: columns))
    return writer.bytes
  }

  static func factors(
    _ header: PayloadHeader, _ reader: inout ByteReader, _ limits: PayloadLimits
  ) throws(DeltaError) -> QuantisedFactors {
    let (rows, columns) = (header.rows, header.columns)
    let rank = try reader.readSize(field: "rank", limit: min(rows, columns))
    guard rank > 0 else {
      guard reader.remaining == 0 else { throw .trailingBytes(count: reader.remaining) }
      return try QuantisedFactors(
        grid: header.grid, left: Matrix(rows: 0, columns: rows),
        right: Matrix(rows: 0, columns: columns), scales: [])
    }
    // Rank and extents are below 2³¹, so that only the bytes can pass 64 bits.
    let coefficients = rank * (rows + columns)
    let (bytes, overflows) = coefficients.multipliedReportingOverflow(by: 8)
    try limits.check(bytes: overflows ? .max : bytes, for: "rank \(rank)")
    var decoder = try IntegerDecoder(reader.rest)
    guard coefficients <= decoder.capacity else {
      throw .payloadDamaged(
        field: "rank", found: "\(coefficients) coefficients",
        expected: "at most \(decoder.capacity) in so few bytes")
    }
    let directions = try readDirections(rank, header.grid, &decoder.bits)

    var left = Matrix<Double>(rows: rank, columns: rows)
    var right = Matrix<Double>(rows: rank, columns: columns)
    var column = [Int32](repeating: 0, count: max(rows, columns))
    for (k, direction) in directions.enumerated() {
      try decode(direction.left, row: k, of: &left, &decoder, &column)
      try decode(direction.right, row: k, of: &right, &decoder, &column)
    }
    try decoder.checkEnd()
    return try QuantisedFactors(
      grid: header.grid, left: left, right: right, scales: directions.map(\.scale))
  }

  private struct Direction {
    let scale: DirectionScale
    let left: ColumnModel
    let right: ColumnModel
  }

  private static func readDirections(
    _ rank: Int, _ grid: FixedPointGrid, _ bits: inout BitReader
  ) throws(DeltaError) -> [Direction] {
    var directions: [Direction] = []
    var exponent = grid.exponent
    var widths = [firstWidth, firstWidth]
    for _ in 0..<rank {
      exponent = try readDifference(
        &bits, from: exponent,
        within: grid.exponent - QuantisedFactors.deepest...grid.exponent + 62,
        field: "exponent of a direction")
      let mantissa = Int(bits.read(count: 6)) + DirectionScale.mantissas.lowerBound
      var models: [ColumnModel] = []
      for side in 0..<2 {
        let shape = bits.read(count: 1) == 0 ? ColumnModel.Shape.gaussian : .laplace
        widths[side] = try readDifference(
          &bits, from: widths[side], within: ColumnModel.widths, field: "width of a column")
        models.append(ColumnModel(shape: shape, width: widths[side]))
      }
      guard !bits.isExhausted else { throw .payloadTruncated(field: "directions") }
      directions.append(
        Direction(
          scale: DirectionScale(mantissa: mantissa, exponent: exponent), left: models[0],
          right: models[1]))
    }
    return directions
  }

  private static func decode(
    _ model: ColumnModel, row: Int, of matrix: inout Matrix<Double>,
    _ decoder: inout IntegerDecoder, _ column: inout [Int32]
  ) throws(DeltaError) {
    let count = matrix.columns
    try column.withUnsafeMutableBufferPointer { buffer throws(DeltaError) in
      try decoder.decode(model, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
    }
    matrix.storage.withUnsafeMutableBufferPointer { target in
      for j in 0..<count { target[row * count + j] = Double(column[j]) }
    }
  }

  private static func writeDifference(_ difference: Int, to bits: inout BitWriter) {
    EscapeCode.write(EscapeCode.zigzag(Int32(difference)), order: 1, to: &bits)
  }

  private static func readDifference(
    _ bits: inout BitReader, from previous: Int, within range: ClosedRange<Int>, field: String
  ) throws(DeltaError) -> Int {
    guard let code = EscapeCode.read(order: 1, from: &bits) else {
      throw .payloadDamaged(field: field, found: "no code", expected: "\(range)")
    }
    let value = previous + Int(EscapeCode.unzigzag(code))
    guard range.contains(value) else {
      throw .payloadDamaged(field: field, found: "\(value)", expected: "\(range)")
    }
    return value
  }
}
