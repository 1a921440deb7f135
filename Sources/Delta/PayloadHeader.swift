/// The first bytes of every delta payload.
///
///     "EMD"   3 bytes
///     version 1 byte: 2 for kind 3, else 1
///     kind    1 byte: 0 low rank, 1 dense, 2 corrected, 3 fine
///     rows    varint
///     columns varint
///     grid    signed varint: the grid's exponent
struct PayloadHeader {
  static let magic: [UInt8] = Array("EMD".utf8)
  /// The latest version that is read.
  static let version: UInt8 = 2

  enum Kind: UInt8 {
    case lowRank = 0
    case dense = 1
    case corrected = 2
    case fine = 3

    /// Programs of before a kind was known are to say that theirs is too old.
    var version: UInt8 { self == .fine ? 2 : 1 }
  }

  let kind: Kind
  let rows: Int
  let columns: Int
  let grid: FixedPointGrid

  func write(to writer: inout ByteWriter) {
    writer.write(Self.magic)
    writer.write([kind.version, kind.rawValue])
    writer.writeVarint(UInt64(rows))
    writer.writeVarint(UInt64(columns))
    writer.writeSignedVarint(Int64(grid.exponent))
  }

  init(kind: Kind, rows: Int, columns: Int, grid: FixedPointGrid) {
    self.kind = kind
    self.rows = rows
    self.columns = columns
    self.grid = grid
  }

  init(from reader: inout ByteReader, limits: PayloadLimits) throws(DeltaError) {
    var start: [UInt8] = []
    for _ in Self.magic { start.append(try reader.readByte(field: "magic")) }
    guard start == Self.magic else { throw .notADelta(found: start) }
    let version = try reader.readByte(field: "version")
    guard (1...Self.version).contains(version) else {
      throw .unknownVersion(found: Int(version), expected: Int(Self.version))
    }
    let kind = try reader.readByte(field: "kind")
    guard let known = Kind(rawValue: kind), known.version == version else {
      throw .payloadDamaged(
        field: "kind", found: "\(kind)", expected: version == 1 ? "0 to 2" : "3")
    }
    self.kind = known
    rows = try reader.readSize(field: "rows", limit: Int(Int32.max))
    columns = try reader.readSize(field: "columns", limit: Int(Int32.max))
    let exponent = try reader.readSignedVarint(field: "grid exponent")
    grid = try FixedPointGrid(exponent: Int(exponent))
    try limits.check(rows: rows, columns: columns)
  }

  /// Checks that this is the header of a part of a payload: of the same tensor on the same grid.
  func requirePart(of whole: PayloadHeader) throws(DeltaError) {
    guard rows == whole.rows, columns == whole.columns else {
      throw .shapeMismatch(
        what: "part of a payload", found: [rows, columns], expected: [whole.rows, whole.columns])
    }
    guard grid == whole.grid else {
      throw .gridMismatch(found: grid.exponent, expected: whole.grid.exponent)
    }
  }
}
