internal import Glibc

/// What becomes of a name in a directory that is not UTF-8.
package enum UnreadableName: Sendable {
  /// The directory is not listed.
  case refuse
  /// The others are.
  case passOver
}

/// The names in a directory, without `.` and `..`, in the order of their UTF-8 bytes.
package func listDirectory(
  _ path: String, _ rule: UnreadableName = .refuse
) throws(FileFailure) -> [String] {
  var names: [String] = []
  for bytes in try entryNames(of: path.utf8CString.map { $0 }, shown: path) {
    let text = bytes.dropLast().map { UInt8(bitPattern: $0) }
    if let name = String(validating: text, as: UTF8.self) {
      names.append(name)
    } else if rule == .refuse {
      throw .nameNotText(directory: path)
    }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// The same as bytes, each with a zero at its end, of a directory whose path may not be UTF-8 either.
func entryNames(of path: [CChar], shown: String) throws(FileFailure) -> [[CChar]] {
  guard let stream = opendir(path) else { throw .system(.list, path: shown, code: errno) }
  defer { closedir(stream) }
  var names: [[CChar]] = []
  while true {
    errno = 0
    guard let entry = readdir(stream) else {
      guard errno == 0 else { throw .system(.list, path: shown, code: errno) }
      return names
    }
    let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
      tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
        Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
      }
    }
    if name != [46, 0], name != [46, 46, 0] { names.append(name) }
  }
}
