internal import Checkpoint
internal import Diagnostics
internal import Files
internal import LinearAlgebra
internal import Store

/// Cholesky factors of second moments, each under the digest of its moment's bytes.
///
/// An entry is the lower triangle, row after row, in float64.
struct FactorCache {
  private let cache: DerivedCache
  private let notes: any ProgressSink
  private static let kind = DerivedCache.Kind("cholesky")

  /// - Parameter notes: told of an entry that is damaged.
  init(_ cache: DerivedCache, notes: any ProgressSink) {
    self.cache = cache
    self.notes = notes
  }

  /// The factor of a moment; `nil` where there is none that could be one.
  func factor(of moment: Digest, order: Int) throws -> Cholesky? {
    guard let entry = try cache.entry(Self.kind, moment, notes) else { return nil }
    return entry.withBytes { bytes in
      guard bytes.count == order * (order + 1) / 2 * MemoryLayout<Double>.size else { return nil }
      let numbers = [Double](unsafeUninitializedCapacity: order * order) { buffer, initialised in
        buffer.initialize(repeating: 0)
        var source = bytes.baseAddress
        for row in 0..<order {
          let rowBytes = (row + 1) * MemoryLayout<Double>.size
          guard let target = buffer.baseAddress, let from = source else { return }
          UnsafeMutableRawPointer(target + row * order).copyMemory(from: from, byteCount: rowBytes)
          source = from + rowBytes
        }
        initialised = order * order
      }
      return try? Cholesky(stored: Matrix(rows: order, columns: order, numbers))
    }
  }

  /// Keeps a factor.
  func keep(_ factor: Cholesky, of moment: Digest) throws {
    let order = factor.order
    try cache.store(Self.kind, moment) { append throws(FileFailure) in
      try factor.lower.storage.withUnsafeBytes { bytes in
        Result { () throws(FileFailure) in
          for row in 0..<order {
            let start = row * order * MemoryLayout<Double>.size
            let end = start + (row + 1) * MemoryLayout<Double>.size
            try append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
          }
        }
      }.get()
    }
  }
}
