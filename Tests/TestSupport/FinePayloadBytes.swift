/// The bytes of a payload with terms below the grid around another one, as `Documentation/Format-delta.md`
/// §9 describes them: whatever somebody else may write.
///
/// - Parameters:
///   - inner: the payload of grid integers, with its own header.
///   - exponent: the grid's.
///   - terms: value · 2^exponent of an element, by their elements.
public func finePayload(
  around inner: [UInt8], rows: Int, columns: Int, exponent: Int,
  terms: [(element: Int, value: Int64, exponent: Int)]
) -> [UInt8] {
  var bytes = Array("EMD".utf8) + [2, 3]
  func write(_ value: UInt64) {
    var rest = value
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
  func writeSigned(_ value: Int64) { write(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }
  write(UInt64(rows))
  write(UInt64(columns))
  writeSigned(Int64(exponent))
  write(UInt64(inner.count))
  bytes += inner
  write(UInt64(terms.count))
  var last = 0
  for term in terms {
    write(UInt64(term.element - last))
    writeSigned(Int64(term.exponent - exponent))
    writeSigned(term.value)
    last = term.element
  }
  return bytes
}
