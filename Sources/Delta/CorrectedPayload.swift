/// Low-rank payloads with a correction: two payloads of the same tensor in one, whose integers add up.
///
///     header
///     size    varint
///     a low-rank payload of `size` bytes, with its own header
///     a dense payload, with its own header
enum CorrectedPayload {
  static func bytes(_ factors: QuantisedFactors, _ correction: DenseDelta) -> [UInt8] {
    var writer = ByteWriter()
    PayloadHeader(
      kind: .corrected, rows: factors.rows, columns: factors.columns, grid: factors.grid
    ).write(to: &writer)
    let lowRank = LowRankPayload.bytes(factors)
    writer.writeVarint(UInt64(lowRank.count))
    writer.write(lowRank)
    writer.write(correction.payload())
    return writer.bytes
  }

  static func delta(
    _ header: PayloadHeader, _ reader: inout ByteReader, _ limits: PayloadLimits
  ) throws(DeltaError) -> TensorDelta {
    let size = try reader.readSize(field: "size of the low-rank part", limit: reader.remaining)
    let first = Array(try reader.readBytes(count: size, field: "low-rank part"))
    let second = Array(try reader.readBytes(count: reader.remaining, field: "correction"))
    // Kinds are looked at before anything is decoded, so that payloads cannot be nested without end.
    try check(first, is: .lowRank, header, limits)
    try check(second, is: .dense, header, limits)
    guard case .lowRank(let factors) = try TensorDelta(payload: first, limits: limits),
      case .dense(let correction) = try TensorDelta(payload: second, limits: limits)
    else { throw .payloadDamaged(field: "kind of a part", found: "another", expected: "0, then 1") }
    return .corrected(factors, correction)
  }

  private static func check(
    _ part: [UInt8], is kind: PayloadHeader.Kind, _ whole: PayloadHeader, _ limits: PayloadLimits
  ) throws(DeltaError) {
    try part.withUnsafeBufferPointer { elements throws(DeltaError) in
      var reader = ByteReader(UnsafeRawBufferPointer(elements))
      let header = try PayloadHeader(from: &reader, limits: limits)
      guard header.kind == kind else {
        throw .payloadDamaged(
          field: "kind of a part", found: "\(header.kind.rawValue)", expected: "\(kind.rawValue)")
      }
      try header.requirePart(of: whole)
    }
  }
}
