internal import Checkpoint

/// What a payload from outside may ask for.
///
/// The repository knows each tensor's shape from the base, so the shape is checked, not believed. From
/// it follows what a low-rank change can need: its rank is at most the smaller extent.
package struct PayloadLimits: Sendable {
  /// The tensor's shape, `[rows, columns]`; a tensor of one dimension has one row. `nil` for any.
  package let shape: (rows: Int, columns: Int)?
  /// The most bytes of memory that the decoded change may take.
  package let maximumBytes: Int

  /// When the blocks of a dense change are decoded to see whether they are sound.
  package enum BlockCheck: Sendable {
    /// At once: damage is found before anything is done.
    case atOnce
    /// When they are added up, which is when damage is found: for one pass over a tensor.
    case whenAdded
  }

  /// When blocks are decoded.
  let blockCheck: BlockCheck

  /// Limits for a tensor of known shape.
  package init(
    rows: Int, columns: Int, maximumBytes: Int = 4 << 30, blocks blockCheck: BlockCheck = .atOnce
  ) {
    self.blockCheck = blockCheck
    shape = (rows, columns)
    self.maximumBytes = maximumBytes
  }

  /// Limits for a tensor of any number of extents, as a matrix of its last one.
  package init(_ shape: [Int], blocks blockCheck: BlockCheck = .atOnce) {
    let (rows, columns) = matrixExtents(of: shape)
    self.init(rows: rows, columns: columns, blocks: blockCheck)
  }

  /// Limits where the shape is not known: for tools that look into a payload by itself.
  package init(maximumBytes: Int) {
    blockCheck = .atOnce
    shape = nil
    self.maximumBytes = maximumBytes
  }

  func check(rows: Int, columns: Int) throws(DeltaError) {
    guard let shape, shape != (rows, columns) else { return }
    throw .shapeMismatch(
      what: "payload", found: [rows, columns], expected: [shape.rows, shape.columns])
  }

  /// Checks a size before memory is taken for it.
  func check(bytes: Int, for field: String) throws(DeltaError) {
    guard bytes <= maximumBytes else {
      throw .payloadTooLarge(field: field, found: "\(bytes) bytes", limit: "\(maximumBytes) bytes")
    }
  }
}
