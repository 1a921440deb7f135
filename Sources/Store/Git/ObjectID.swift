internal import CGit2

/// The SHA-1 that names a Git object.
package struct ObjectID: Sendable, Hashable, Comparable, CustomStringConvertible {
  private let high: UInt64
  private let middle: UInt64
  private let low: UInt32

  /// An id from its 40 hexadecimal digits in lower case; `nil` for anything else.
  package init?(hexadecimal: some StringProtocol) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    var pending: UInt8?
    for digit in hexadecimal.utf8 {
      let value: UInt8
      switch digit {
      case 48...57: value = digit - 48
      case 97...102: value = digit - 87
      default: return nil
      }
      if let first = pending {
        bytes.append(first << 4 | value)
        pending = nil
      } else {
        pending = value
      }
      guard bytes.count <= 20 else { return nil }
    }
    guard bytes.count == 20, pending == nil else { return nil }
    self = bytes.withUnsafeBytes { ObjectID(unchecked: $0) }
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
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(40)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
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
