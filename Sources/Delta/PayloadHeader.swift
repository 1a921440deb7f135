/// The first bytes of every delta payload.
///
///     "EMD"   3 bytes
///     version 1 byte: 2 for kind 3, 3 for kind 1, else 1; that of kind 1 without spans may be 1
///     kind    1 byte: 0 low rank, 1 dense, 2 corrected, 3 fine
///     rows    varint
///     columns varint
///     grid    signed varint: the grid's exponent
struct PayloadHeader {
  static let magic: [UInt8] = Array("EMD".utf8)
  /// The latest version that is read.
  static let latest: UInt8 = 3

  enum Kind: UInt8 {
    case lowRank = 0
    case dense = 1
    case corrected = 2
    case fine = 3

    /// The versions that there are of it, the one that is written last.
    ///
    /// Programs of before a kind or one of its parts was known are to say that theirs is too old.
    fileprivate var versions: [UInt8] {
      switch self {
      case .lowRank, .corrected: [1]
      case .dense: [1, 3]
      case .fine: [2]
      }
    }
  }

  let kind: Kind
  private let version: UInt8
  let rows: Int
  let columns: Int
  let grid: FixedPointGrid

  /// Whether blocks may be spans.
  var allowsSpans: Bool { version >= 3 }

  func write(to writer: inout ByteWriter) {
    writer.write(Self.magic)
    writer.write([version, kind.rawValue])
    writer.writeVarint(UInt64(rows))
    writer.writeVarint(UInt64(columns))
    writer.writeSignedVarint(Int64(grid.exponent))
  }

  init(kind: Kind, rows: Int, columns: Int, grid: FixedPointGrid) {
    self.kind = kind
    version = kind.versions[kind.versions.count - 1]
    self.rows = rows
    self.columns = columns
    self.grid = grid
  }

  init(from reader: inout ByteReader, limits: PayloadLimits) throws(DeltaError) {
    var start: [UInt8] = []
    for _ in Self.magic { start.append(try reader.readByte(field: "magic")) }
    guard start == Self.magic else { throw .notADelta(found: start) }
    version = try reader.readByte(field: "version")
    guard (1...Self.latest).contains(version) else {
      throw .unknownVersion(found: Int(version), expected: Int(Self.latest))
    }
    let kind = try reader.readByte(field: "kind")
    guard let known = Kind(rawValue: kind), known.versions.contains(version) else {
      let expected = version == 1 ? "0 to 2" : version == 2 ? "3" : "1"
      throw .payloadDamaged(field: "kind", found: "\(kind)", expected: expected)
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
