package import Diagnostics

/// Stored targets: what lets a fact be dropped, a batch be solved again, a stack move to a new base.
///
/// Bytes, all little-endian: `EMTG`, version 1 (UInt16), width d (UInt32), count n (UInt32); then for each
/// target an exponent e (Int16) and d numbers q (Int16), which stand for q · 2ᵉ with |q| ≤ 32767. The
/// step is the finest power of two at which the largest coordinate fits, so that the error is at most
/// half of it: below 2⁻¹⁵ of that coordinate.
package enum TargetArchive {
  private static let magic: [UInt8] = Array("EMTG".utf8)
  private static let version: UInt16 = 1
  private static let headerBytes = 14
  private static let largest: Float = 32767

  /// The bytes of some targets.
  ///
  /// - Parameter vectors: z, `[d]` each, in the facts' order.
  package static func encode(_ vectors: [[Float]]) -> [UInt8] {
    let width = vectors.first?.count ?? 0
    var bytes = magic
    bytes.reserveCapacity(headerBytes + vectors.count * (2 + 2 * width))
    append(version, to: &bytes)
    append(UInt32(width), to: &bytes)
    append(UInt32(vectors.count), to: &bytes)
    for vector in vectors {
      let exponent = exponent(for: vector)
      append(Int16(exponent), to: &bytes)
      let step = Float.powerOfTwo(exponent)
      for value in vector { append(Int16((value / step).rounded()), to: &bytes) }
    }
    return bytes
  }

  /// A target as ``decode(_:width:count:)`` gives it back; one that is not finite as it is.
  ///
  /// What is solved for such targets can be computed again from those that are stored.
  package static func rounded(_ vector: [Float]) -> [Float] {
    guard vector.allSatisfy(\.isFinite) else { return vector }
    let step = Float.powerOfTwo(exponent(for: vector))
    return vector.map { Float(Int16(($0 / step).rounded())) * step }
  }

  private static func exponent(for vector: [Float]) -> Int {
    let peak = vector.reduce(0) { max($0, abs($1)) }
    let exponent = peak > 0 ? Int(peak.exponent) - 14 : 0
    return (peak / Float.powerOfTwo(exponent)).rounded() > largest ? exponent + 1 : exponent
  }

  /// The targets in some bytes.
  ///
  /// - Parameters:
  ///   - width: d, the model's; `nil` for whatever the bytes say.
  ///   - count: n, the number of facts.
  /// - Throws: ``TargetArchiveError`` for bytes that are anything else.
  package static func decode(_ bytes: [UInt8], width: Int?, count: Int) throws(TargetArchiveError)
    -> [[Float]]
  {
    guard bytes.count >= headerBytes, bytes.starts(with: magic) else { throw .notTargets }
    let found = UInt16(number(bytes, at: 4, bytes: 2))
    guard found == version else { throw .unknownVersion(Int(found)) }
    let (storedWidth, storedCount) = (
      number(bytes, at: 6, bytes: 4), number(bytes, at: 10, bytes: 4)
    )
    let width = width ?? storedWidth
    guard storedWidth == width, storedCount == count else {
      throw .wrongExtents(found: [storedCount, storedWidth], expected: [count, width])
    }
    let record = 2 + 2 * width
    guard bytes.count == headerBytes + count * record else {
      throw .wrongLength(found: bytes.count, expected: headerBytes + count * record)
    }
    var vectors: [[Float]] = []
    for index in 0..<count {
      let start = headerBytes + index * record
      let exponent = Int(Int16(truncatingIfNeeded: number(bytes, at: start, bytes: 2)))
      guard (-140...112).contains(exponent) else { throw .exponentOutOfRange(exponent) }
      let step = Float.powerOfTwo(exponent)
      vectors.append(
        (0..<width).map { unit in
          let q = Int16(truncatingIfNeeded: number(bytes, at: start + 2 + 2 * unit, bytes: 2))
          return Float(q) * step
        })
    }
    return vectors
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func number(_ source: [UInt8], at start: Int, bytes: Int) -> Int {
    (0..<bytes).reduce(0) { $0 | Int(source[start + $1]) << (8 * $1) }
  }
}

/// Why bytes are not stored targets.
package enum TargetArchiveError: ExplainedError, Equatable {
  case notTargets
  case unknownVersion(Int)
  case wrongExtents(found: [Int], expected: [Int])
  case wrongLength(found: Int, expected: Int)
  case exponentOutOfRange(Int)

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .notTargets:
      Explanation("these are no stored targets", expected: "bytes that begin with EMTG")
    case .unknownVersion(let found):
      Explanation(
        "targets of a version this program does not know", found: "\(found)", expected: "1",
        remedy: "Use a newer emend.")
    case .wrongExtents(let found, let expected):
      Explanation(
        "stored targets of other extents", found: "\(found)", expected: "\(expected) (facts, width)"
      )
    case .wrongLength(let found, let expected):
      Explanation(
        "stored targets are cut short or too long", found: "\(found) bytes",
        expected: "\(expected) bytes")
    case .exponentOutOfRange(let found):
      Explanation("a stored target's exponent", found: "\(found)", expected: "-140 to 112")
    }
  }
}

extension Float {
  /// 2 to the power of `exponent`, exactly; subnormal below -126.
  fileprivate static func powerOfTwo(_ exponent: Int) -> Float {
    Float(sign: .plus, exponent: exponent, significand: 1)
  }
}
