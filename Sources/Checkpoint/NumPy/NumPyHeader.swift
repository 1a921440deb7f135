/// The header of one `.npy` array: a Python dictionary in text, read for three keys.
enum NumPyHeader {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The array whose file takes `range` of some bytes.
  static func array(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, name: String, path: String
  ) throws(NumPyArchiveError) -> NumPyArchive.Array {
    func bad(_ found: String, _ expected: String) -> NumPyArchiveError {
      .badArray(file: path, name: name, found: found, expected: expected)
    }
    guard range.count >= 10, bytes[range].starts(with: magic) else {
      throw bad("no NumPy header", "bytes that begin with \\x93NUMPY")
    }
    let start = range.lowerBound
    let lengthBytes = bytes[start + 6] == 1 ? 2 : 4
    guard range.count >= 8 + lengthBytes else { throw bad("a header cut short", "a whole one") }
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[start + 8 + $1]) << (8 * $1) }
    let data = start + 8 + lengthBytes + length
    guard data <= range.upperBound else { throw bad("a header cut short", "a whole one") }
    let text = String(decoding: bytes[start + 8 + lengthBytes..<data], as: UTF8.self)
    guard text.contains("'fortran_order': False") else {
      throw bad("column order", "'fortran_order': False")
    }
    guard let descriptor = value(of: "descr", in: text, between: "'", and: "'"),
      let shapeText = value(of: "shape", in: text, between: "(", and: ")")
    else { throw bad(text, "'descr' and 'shape'") }
    var shape: [Int] = []
    var count = 1
    for word in shapeText.split(separator: ",") {
      let digits = word.filter { $0 != " " }
      guard !digits.isEmpty else { continue }
      guard let extent = Int(digits), extent >= 0 else { throw bad(shapeText, "extents") }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw bad(shapeText, "extents that fit in the file") }
      count = product
      shape.append(extent)
    }
    let width = descriptor.last?.wholeNumberValue ?? 0
    let numeric = ["<f4", "<f8", "<i8", "<i4"].contains(descriptor)
    let (size, overflow) = count.multipliedReportingOverflow(by: width)
    guard !numeric || (!overflow && size <= range.upperBound - data) else {
      throw bad("\(shape) in \(range.upperBound - data) bytes", "all elements")
    }
    return NumPyArchive.Array(
      descriptor: descriptor, shape: shape, range: data..<range.upperBound)
  }

  /// The text between two marks after a key.
  private static func value(
    of key: String, in text: String, between open: String, and close: String
  ) -> String? {
    guard let start = text.firstRange(of: "'\(key)':"),
      let first = text[start.upperBound...].firstRange(of: open),
      let last = text[first.upperBound...].firstRange(of: close)
    else { return nil }
    return String(text[first.upperBound..<last.lowerBound])
  }
}
