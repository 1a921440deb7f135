/// Payloads with fine terms: a payload of grid integers, and terms below the grid.
///
///     header  of version 2
///     size    varint
///     a payload of `size` bytes of another kind, with its own header
///     count   varint
///     for each term: varint, elements since the last term's; signed varint, exponent − grid exponent;
///     signed varint, value
enum FinePayload {
  static func bytes(_ integers: TensorDelta, _ fine: FineTerms) -> [UInt8] {
    var writer = ByteWriter()
    PayloadHeader(
      kind: .fine, rows: integers.rows, columns: integers.columns, grid: integers.grid
    ).write(to: &writer)
    let payload = integers.payload()
    writer.writeVarint(UInt64(payload.count))
    writer.write(payload)
    writer.writeVarint(UInt64(fine.terms.count))
    var last = 0
    for term in fine.terms {
      writer.writeVarint(UInt64(term.element - last))
      writer.writeSignedVarint(Int64(term.exponent - integers.grid.exponent))
      writer.writeSignedVarint(term.value)
      last = term.element
    }
    return writer.bytes
  }

  static func delta(
    _ header: PayloadHeader, _ reader: inout ByteReader, _ limits: PayloadLimits
  ) throws(DeltaError) -> TensorDelta {
    let size = try reader.readSize(field: "size of the integers", limit: reader.remaining)
    let inner = Array(try reader.readBytes(count: size, field: "integers"))
    // The kind is looked at before anything is decoded, so that payloads cannot be nested without end.
    try inner.withUnsafeBufferPointer { elements throws(DeltaError) in
      var reader = ByteReader(UnsafeRawBufferPointer(elements))
      let innerHeader = try PayloadHeader(from: &reader, limits: limits)
      try innerHeader.requirePart(of: header)
      guard innerHeader.kind != .fine else {
        throw .payloadDamaged(field: "kind of the integers", found: "3", expected: "0 to 2")
      }
    }
    // A term takes three bytes at least.
    let count = try reader.readSize(field: "number of terms", limit: reader.remaining / 3)
    var fine = FineTerms()
    var element = 0
    let elements = header.rows * header.columns
    for _ in 0..<count {
      let gap = try reader.readSize(field: "element of a term", limit: elements)
      element += gap
      guard element < elements else {
        throw .payloadDamaged(
          field: "element of a term", found: "\(element)", expected: "below \(elements)")
      }
      let offset = try reader.readSignedVarint(field: "exponent of a term")
      let (exponent, overflow) = Int(offset).addingReportingOverflow(header.grid.exponent)
      guard !overflow, ExactDyadicSum.exponents.contains(exponent) else {
        throw .payloadDamaged(
          field: "exponent of a term", found: "\(offset) above the grid's",
          expected:
            "2^\(ExactDyadicSum.exponents.lowerBound) to 2^\(ExactDyadicSum.exponents.upperBound)"
        )
      }
      let value = try reader.readSignedVarint(field: "value of a term")
      guard value != 0, value != .min else {
        throw .payloadDamaged(field: "value of a term", found: "\(value)", expected: "not 0")
      }
      fine.append(FineTerm(element: element, value: value, exponent: exponent))
    }
    guard reader.remaining == 0 else { throw .trailingBytes(count: reader.remaining) }
    guard !fine.terms.isEmpty else {
      throw .payloadDamaged(field: "number of terms", found: "0", expected: "1 or more")
    }
    return .finer(try TensorDelta(payload: inner, limits: limits), fine)
  }
}
