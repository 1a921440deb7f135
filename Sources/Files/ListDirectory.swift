internal import Glibc

/// The names in a directory, without `.` and `..`, in the order of their UTF-8 bytes.
package func listDirectory(_ path: String) throws(FileFailure) -> [String] {
  guard let stream = opendir(path) else { throw .system(.list, path: path, code: errno) }
  defer { closedir(stream) }
  var names: [String] = []
  while true {
    errno = 0
    guard let entry = readdir(stream) else {
      guard errno == 0 else { throw .system(.list, path: path, code: errno) }
      return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
      tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
        String(validatingCString: $0)
      }
    }
    guard let name else { throw .nameNotText(directory: path) }
    if name != "." && name != ".." { names.append(name) }
  }
}
