/// Up to 65,536 successive elements of a dense change, as integers in a step of their own.
///
/// N = q · step. The step is what all elements share: changes of half-precision weights are multiples of
/// large powers of two of the grid. Blocks where few elements change are stored together, as a span; each other block
/// the way that takes the fewest bytes:
///
///     u8      method
///     0 zero: nothing more; every element is 0
///     1 coded: varint step; varint size; `size` bytes: u8 shape, u8 width + 24, then one column of
///       the ``IntegerEncoder`` with no prefix
///     2 planes: varint step; u8 w, 1 … 8; varint size; `size` bytes: a zstd frame of w · count bytes, the
///       lowest bytes of the zigzags of all q, then the next higher …
///     3 tokens: varint step; varint size; `size` bytes of the ``TokenCoder``
///     4 gaps: varint step; varint size; `size` bytes of the ``GapCoder``; no longer written
///     5 span: varint blocks, how many it stands for; varint step; varint size; `size` bytes of the ``GapCoder``
enum DenseBlock {
  static let extent = 65_536
  /// The most blocks that a span has: its elements are at most 2³¹.
  static let spanLimit = 1 << 15
  /// What stands for a block of zeros.
  static let zero = [Method.zero.rawValue]

  enum Method: UInt8 {
    case zero = 0
    case coded = 1
    case planes = 2
    case tokens = 3
    case gaps = 4
    case span = 5
  }

  /// What a block holds.
  enum Content: Sendable {
    case zero
    /// N = q · step.
    case all([Int64], step: Int64)
    case few(FewNumbers, step: Int64)
  }

  // MARK: Writing

  /// Whether a block of `count` elements is one of a span.
  ///
  /// Few numbers among zeros no width describes and no byte plane packs as well.
  static func isSparse(_ few: FewNumbers, count: Int) -> Bool { few.count * 2 < count }

  /// The bytes of a block of N where most elements are not 0.
  ///
  /// - Parameters:
  ///   - few: the numbers that are not 0.
  ///   - count: how many elements the block has.
  ///   - sharedStep: what divides every number.
  static func encode(_ few: FewNumbers, count: Int, sharedStep: Int64) -> [UInt8] {
    let step = step(of: few.numbers, sharedStep)
    let all = few.divided(by: step).all(count)
    return [coded(all, step), framed(.tokens, step, TokenCoder.encode(all)), planes(all, step)]
      .compactMap { $0 }.min { $0.count < $1.count } ?? []
  }

  /// The bytes of successive blocks with `count` elements together, of which the numbers that are not 0 are given.
  ///
  /// - Precondition: as ``GapCoder/encode(_:count:)``.
  static func encode(
    span few: FewNumbers, blocks: Int, count: Int, sharedStep: Int64
  ) -> [UInt8] {
    let step = step(of: few.numbers, sharedStep)
    return framed(.span, blocks: blocks, step, GapCoder.encode(few.divided(by: step), count: count))
  }

  /// The largest power of two times the shared step that divides every number, of which none is 0.
  private static func step(of numbers: [Int64], _ shared: Int64) -> Int64 {
    var bits: Int64 = 0
    if shared == 1 {
      for number in numbers { bits |= number }
    } else {
      for number in numbers { bits |= number / shared }
    }
    return shared << Int64(bits.trailingZeroBitCount)
  }

  private static func coded(_ q: [Int64], _ step: Int64) -> [UInt8]? {
    guard q.allSatisfy({ $0.magnitude <= UInt64(IntegerDecoder.limit) }) else { return nil }
    let integers = q.map { Int32($0) }
    let model = integers.withUnsafeBufferPointer { ModelChoice.cheapest(for: $0).model }
    var content: [UInt8] = [
      model.shape.rawValue, UInt8(model.width - ColumnModel.widths.lowerBound),
    ]
    content += IntegerEncoder(prefix: BitWriter()).encode(
      integers, columns: [(integers.count, model)])
    return framed(.coded, step, content)
  }

  private static func framed(
    _ method: Method, blocks: Int? = nil, _ step: Int64, _ content: [UInt8]
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.write([method.rawValue])
    if let blocks { writer.writeVarint(UInt64(blocks)) }
    writer.writeVarint(UInt64(step))
    writer.writeVarint(UInt64(content.count))
    writer.write(content)
    return writer.bytes
  }

  private static func planes(_ q: [Int64], _ step: Int64) -> [UInt8]? {
    let zigzag = q.map { UInt64(bitPattern: ($0 << 1) ^ ($0 >> 63)) }
    let used = zigzag.reduce(0, |)
    let width = max(1, (UInt64.bitWidth - used.leadingZeroBitCount + 7) / 8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * q.count)
    for plane in 0..<width {
      let shift = UInt64(8 * plane)
      bytes.append(contentsOf: zigzag.lazy.map { UInt8(truncatingIfNeeded: $0 >> shift) })
    }
    guard let frame = ZstdFrame.compress(bytes, level: level) else { return nil }
    var writer = ByteWriter()
    writer.write([Method.planes.rawValue])
    writer.writeVarint(UInt64(step))
    writer.write([UInt8(width)])
    writer.writeVarint(UInt64(frame.count))
    writer.write(frame)
    return writer.bytes
  }

  private static let level: Int32 = 3

  // MARK: Reading

  /// Steps over a block or span at the reader's position, checking its frame but not its content.
  ///
  /// Returns how many blocks it stands for, of the `left` that are left.
  static func skip(
    _ reader: inout ByteReader, left: Int, allowsSpans: Bool
  ) throws(DeltaError) -> Int {
    let method = try method(&reader)
    var blocks = 1
    switch method {
    case .zero: return 1
    case .planes:
      _ = try step(&reader)
      _ = try reader.readByte(field: "bytes of an element")
    case .coded, .tokens, .gaps:
      _ = try step(&reader)
    case .span:
      guard allowsSpans else {
        throw .payloadDamaged(
          field: "method of a block", found: "5 in a payload of version 1", expected: "0 to 4")
      }
      blocks = try Self.blocks(&reader, left: left)
      _ = try step(&reader)
    }
    let size = try reader.readSize(field: "size of a block", limit: reader.remaining)
    _ = try reader.readBytes(count: size, field: "block")
    return blocks
  }

  private static func blocks(
    _ reader: inout ByteReader, left: Int
  ) throws(DeltaError) -> Int {
    let blocks = try reader.readSize(field: "blocks of a span", limit: min(left, spanLimit))
    guard blocks > 0 else {
      throw .payloadDamaged(field: "blocks of a span", found: "0", expected: "1 or more")
    }
    return blocks
  }

  /// Decodes a block or span of `count` elements.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, count: Int
  ) throws(DeltaError) -> Content {
    var reader = ByteReader(bytes)
    switch try method(&reader) {
    case .zero: return .zero
    case .coded:
      let step = try step(&reader)
      let size = try reader.readSize(field: "size of a block", limit: reader.remaining)
      return .all(
        try coded(try reader.readBytes(count: size, field: "block"), count), step: step)
    case .tokens:
      let step = try step(&reader)
      let size = try reader.readSize(field: "size of a block", limit: reader.remaining)
      let content = try reader.readBytes(count: size, field: "block")
      return .all(try TokenCoder.decode(content, count: count), step: step)
    case .gaps:
      let step = try step(&reader)
      let size = try reader.readSize(field: "size of a block", limit: reader.remaining)
      let content = try reader.readBytes(count: size, field: "block")
      return .few(try GapCoder.decode(content, .block, count: count), step: step)
    case .span:
      _ = try blocks(&reader, left: spanLimit)
      let step = try step(&reader)
      let size = try reader.readSize(field: "size of a block", limit: reader.remaining)
      let content = try reader.readBytes(count: size, field: "block")
      return .few(try GapCoder.decode(content, .span, count: count), step: step)
    case .planes:
      let step = try step(&reader)
      let width = Int(try reader.readByte(field: "bytes of an element"))
      guard (1...8).contains(width) else {
        throw .payloadDamaged(field: "bytes of an element", found: "\(width)", expected: "1 to 8")
      }
      let size = try reader.readSize(field: "size of a block", limit: reader.remaining)
      let frame = try reader.readBytes(count: size, field: "block")
      let planes = try ZstdFrame.decompress(frame, count: width * count)
      var integers = [Int64](repeating: 0, count: count)
      planes.withUnsafeBufferPointer { planes in
        for index in 0..<count {
          var zigzag: UInt64 = 0
          for plane in 0..<width {
            zigzag |= UInt64(planes[plane * count + index]) << UInt64(8 * plane)
          }
          integers[index] = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
        }
      }
      return .all(integers, step: step)
    }
  }

  private static func coded(
    _ content: UnsafeRawBufferPointer, _ count: Int
  ) throws(DeltaError) -> [Int64] {
    var reader = ByteReader(content)
    let shapeByte = try reader.readByte(field: "shape of a block")
    guard let shape = ColumnModel.Shape(rawValue: shapeByte) else {
      throw .payloadDamaged(field: "shape of a block", found: "\(shapeByte)", expected: "0 or 1")
    }
    let width = Int(try reader.readByte(field: "width of a block")) + ColumnModel.widths.lowerBound
    guard ColumnModel.widths.contains(width) else {
      throw .payloadDamaged(
        field: "width of a block", found: "\(width)", expected: "\(ColumnModel.widths)")
    }
    var decoder = try IntegerDecoder(reader.rest)
    var column = [Int32](repeating: 0, count: count)
    try column.withUnsafeMutableBufferPointer { buffer throws(DeltaError) in
      try decoder.decode(ColumnModel(shape: shape, width: width), into: buffer)
    }
    try decoder.checkEnd()
    return column.map { Int64($0) }
  }

  private static func method(_ reader: inout ByteReader) throws(DeltaError) -> Method {
    let byte = try reader.readByte(field: "method of a block")
    guard let method = Method(rawValue: byte) else {
      throw .payloadDamaged(field: "method of a block", found: "\(byte)", expected: "0 to 5")
    }
    return method
  }

  private static func step(_ reader: inout ByteReader) throws(DeltaError) -> Int64 {
    let step = try reader.readVarint(field: "step of a block")
    guard step >= 1, step < 1 << 62 else {
      throw .payloadDamaged(field: "step of a block", found: "\(step)", expected: "1 to 2^62 - 1")
    }
    return Int64(step)
  }
}
