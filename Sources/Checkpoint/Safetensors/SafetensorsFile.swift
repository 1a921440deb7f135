package import Files

/// An open safetensors file: the header read and checked, the tensors where they lie on the disk.
package final class SafetensorsFile: Sendable {
  /// The mapping that all views point into.
  package let file: MappedFile
  /// Which tensors there are.
  package let header: SafetensorsHeader
  private let positions: [String: Int]

  /// Maps the file and checks its header; no tensor is read.
  package convenience init(path: String) throws(CheckpointError) {
    let file = try onDisk { () throws(FileFailure) in try MappedFile(path: path) }
    do throws(SafetensorsError) {
      try self.init(file)
    } catch {
      throw .safetensors(error)
    }
  }

  /// Checks the header of a file that is mapped already.
  package init(_ file: MappedFile) throws(SafetensorsError) {
    self.file = file
    header = try SafetensorsHeader(parsing: file.bytes, file: file.path)
    positions = Dictionary(
      uniqueKeysWithValues: header.entries.enumerated().map { ($1.declaration.name, $0) })
  }

  /// The length and the header as they stand in the file: an unchanged rewrite starts with them.
  package var headerBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[..<header.byteCount])
  }

  /// A tensor by its name; `nil` if the file has none of that name.
  package func tensor(named name: String) -> TensorView? {
    positions[name].map { view(of: header.entries[$0]) }
  }

  /// All tensors, in the order of their bytes.
  package var tensors: [TensorView] { header.entries.map(view) }

  private func view(of entry: SafetensorsHeader.Entry) -> TensorView {
    let start = header.byteCount + entry.range.lowerBound
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + entry.range.count])
    return TensorView(
      name: entry.declaration.name, elementType: entry.declaration.elementType,
      shape: entry.declaration.shape, bytes: bytes, file: file)
  }
}
