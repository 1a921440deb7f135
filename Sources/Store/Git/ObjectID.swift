internal import CGit2

/// The SHA-1 that names a Git object.
package struct ObjectID: Sendable, Hashable, Comparable, CustomStringConvertible {
  private let high: UInt64
  private let middle: UInt64
  private let low: UInt32

  /// An id from its 40 hexadecimal digits in lower case; `nil` for anything else.
  package init?(hexadecimal: some StringProtocol) { self.init(digits: hexadecimal.utf8) }

  /// An id from the bytes of its 40 hexadecimal digits in lower case; `nil` for anything else.
  init?(digits: some Sequence<UInt8>) {
    var high: UInt64 = 0
    var middle: UInt64 = 0
    var low: UInt32 = 0
    var count = 0
    for digit in digits {
      let value: UInt8
      switch digit {
      case 48...57: value = digit - 48
      case 97...102: value = digit - 87
      default: return nil
      }
      switch count {
      case ..<16: high = high << 4 | UInt64(value)
      case ..<32: middle = middle << 4 | UInt64(value)
      case ..<40: low = low << 4 | UInt32(value)
      default: return nil
      }
      count += 1
    }
    guard count == 40 else { return nil }
    self.high = high
    self.middle = middle
    self.low = low
  }

  /// An id from its 20 bytes; `nil` for another count.
  init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 20 else { return nil }
    self.init(unchecked: bytes)
  }

  init(_ raw: git_oid) { self = withUnsafeBytes(of: raw.id) { ObjectID(unchecked: $0) } }

  init(unchecked bytes: UnsafeRawBufferPointer) {
    high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    middle = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    low = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
  }

  /// The 20 bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    withUnsafeBytes(of: high.bigEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: middle.bigEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: low.bigEndian) { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// The form that libgit2 takes.
  var raw: git_oid {
    var raw = git_oid()
    withUnsafeMutableBytes(of: &raw.id) { $0.copyBytes(from: bytes) }
    return raw
  }

  /// The 40 digits.
  package var hexadecimal: String {
    String(unsafeUninitializedCapacity: 40) { digits in
      var position = 0
      func write(_ word: UInt64, bits: Int) {
        for shift in stride(from: bits - 4, through: 0, by: -4) {
          let value = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
          digits[position] = value < 10 ? value + 48 : value + 87
          position += 1
        }
      }
      write(high, bits: 64)
      write(middle, bits: 64)
      write(UInt64(low), bits: 32)
      return position
    }
  }

  /// The digits that are enough for a person.
  package var abbreviated: String { String(hexadecimal.prefix(10)) }
  /// The 40 digits.
  package var description: String { hexadecimal }

  /// Orders as the digits do.
  package static func < (a: ObjectID, b: ObjectID) -> Bool {
    (a.high, a.middle, a.low) < (b.high, b.middle, b.low)
  }
}
