internal import CZstd

/// One zstd frame around bytes of known length.
enum ZstdFrame {
  /// Compresses bytes; `nil` where the library refuses.
  static func compress(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
    var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let size = ZSTD_compress(&frame, frame.count, bytes, bytes.count, level)
    guard ZSTD_isError(size) == 0 else { return nil }
    frame.removeLast(frame.count - size)
    return frame
  }

  /// Decompresses a frame that must hold exactly `count` bytes: the frame's own claim is checked before
  /// memory is taken.
  static func decompress(
    _ frame: UnsafeRawBufferPointer, count: Int
  ) throws(DeltaError) -> [UInt8] {
    let claimed = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    guard claimed == UInt64(count) else {
      throw .payloadDamaged(
        field: "size of a zstd frame", found: "\(claimed)", expected: "\(count)")
    }
    var size = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
      size = ZSTD_decompress(buffer.baseAddress, count, frame.baseAddress, frame.count)
      initialised = size == count ? count : 0
    }
    guard size == count else {
      throw .payloadDamaged(
        field: "zstd frame", found: ZSTD_getErrorName(size).map { String(cString: $0) } ?? "?",
        expected: "\(count) bytes")
    }
    return bytes
  }
}
