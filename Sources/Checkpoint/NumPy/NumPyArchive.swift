package import Diagnostics
internal import Files

/// An `.npz` file: an uncompressed zip of `.npy` arrays, mapped.
///
/// - Source: APPNOTE.TXT 6.3 (PKWARE) for the container, NumPy Enhancement Proposal 1 for the arrays.
package struct NumPyArchive: Sendable {
  /// One array, where it lies in the file.
  package struct Array: Sendable {
    /// The element type as NumPy writes it, such as `<f4`.
    package let descriptor: String
    /// The extents, outermost first; elements are in row-major order.
    package let shape: [Int]
    /// Where the elements are in the file.
    let range: Range<Int>
  }

  /// The file's name, for messages.
  package let path: String
  /// The arrays by name, without `.npy`.
  package let arrays: [String: Array]
  private let file: MappedFile

  /// Opens a file and reads all headers.
  ///
  /// - Throws: ``NumPyArchiveError``, ``FileFailure``.
  package init(path: String) throws {
    self.path = path
    file = try MappedFile(path: path)
    let directory = ZipDirectory(bytes: file.bytes, path: path)
    var arrays: [String: Array] = [:]
    for entry in try directory.entries() where entry.name.hasSuffix(".npy") {
      arrays[String(entry.name.dropLast(4))] = try NumPyHeader.array(
        file.bytes, entry.range, name: entry.name, path: path)
    }
    self.arrays = arrays
  }

  /// The elements of a float32 or float64 array, widened.
  ///
  /// - Parameter maximum: the most elements that are wanted.
  /// - Throws: ``NumPyArchiveError`` for a missing array or another type or size.
  package func numbers(_ name: String, atMost maximum: Int) throws(NumPyArchiveError) -> [Double] {
    guard let array = arrays[name] else {
      throw .missing(file: path, name: name, present: arrays.keys.sorted())
    }
    let count = array.shape.reduce(1, *)
    guard count <= maximum else {
      throw .badArray(
        file: path, name: name, found: "\(array.shape)", expected: "\(maximum) numbers")
    }
    func load<Value>(_ index: Int, as type: Value.Type) -> Value {
      file.bytes.loadUnaligned(
        fromByteOffset: array.range.lowerBound + index * MemoryLayout<Value>.size, as: type)
    }
    switch array.descriptor {
    case "<f4": return (0..<count).map { Double(load($0, as: Float.self)) }
    case "<f8": return (0..<count).map { load($0, as: Double.self) }
    case "<i8": return (0..<count).map { Double(load($0, as: Int64.self)) }
    default:
      throw .badArray(
        file: path, name: name, found: array.descriptor, expected: "<f4, <f8 or <i8")
    }
  }
}

/// Why an `.npz` file cannot be used.
package enum NumPyArchiveError: ExplainedError, Equatable {
  /// Not a zip, or cut short.
  case notAnArchive(file: String, reason: String)
  /// A member is compressed.
  case compressed(file: String, name: String)
  /// An array's header, type or size.
  case badArray(file: String, name: String, found: String, expected: String)
  /// No such array.
  case missing(file: String, name: String, present: [String])

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .notAnArchive(let file, let reason):
      Explanation(
        "not an .npz archive", file: file, found: reason, expected: "a zip of .npy arrays",
        remedy: "Fetch the file again, or save it with numpy.savez.")
    case .compressed(let file, let name):
      Explanation(
        "a compressed array", file: file, field: name, expected: "a stored one",
        remedy: "Save it with numpy.savez, not numpy.savez_compressed.")
    case .badArray(let file, let name, let found, let expected):
      Explanation(
        "an array that cannot be used", file: file, field: name, found: found,
        expected: expected)
    case .missing(let file, let name, let present):
      Explanation(
        "the archive lacks an array", file: file, field: name,
        found: present.joined(separator: ", "), expected: name)
    }
  }
}
