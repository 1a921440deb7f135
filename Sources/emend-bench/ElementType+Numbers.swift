import Checkpoint

extension ElementType {
  /// Numbers as they are stored, each rounded once.
  func store(_ numbers: [Double]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: numbers.count * byteCount)
    bytes.withUnsafeMutableBytes { bytes in
      numbers.withUnsafeBufferPointer { narrow($0, into: bytes) }
    }
    return bytes
  }

  /// The numbers that are stored.
  func load(_ bytes: [UInt8]) -> [Double] {
    var numbers = [Double](repeating: 0, count: bytes.count / byteCount)
    bytes.withUnsafeBytes { bytes in
      numbers.withUnsafeMutableBufferPointer { widen(bytes, into: $0) }
    }
    return numbers
  }
}
