package import Diagnostics

/// Why a delta could not be encoded, decoded, summed or applied.
package enum DeltaError: ExplainedError, Equatable {
  /// The change holds a NaN or an infinity.
  case notFinite(what: String)
  /// Factors whose shapes do not belong together.
  case shapeMismatch(what: String, found: [Int], expected: [Int])
  /// An asked precision outside (0, 1).
  case precisionOutOfRange(Double)
  /// The change is so small that the tensor's grid cannot hold it to the asked precision.
  case changeBelowGrid(norm: Double, smallest: Double)
  /// The change is too large for the tensor's grid.
  case changeAboveGrid(largest: Double, limit: Double)
  /// The asked precision needs larger integers than the exact product allows; within a factor of two of the finest that is
  /// in reach.
  case precisionOutOfReach(asked: Double, finest: Double)
  /// A delta on another grid than the stack's.
  case gridMismatch(found: Int, expected: Int)
  /// A grid exponent that no float64 arithmetic reaches.
  case gridOutOfRange(exponent: Int)
  /// The sum of a stack's deltas passes 64 bits.
  case sumOverflows(row: Int)
  /// The tensor's numbers are not of a kind that deltas can be added to.
  case unsupportedElementType(String)
  /// The bytes of a tensor do not have the length that its shape asks for.
  case byteCountMismatch(found: Int, expected: Int)
  /// A payload that is no delta of ours: its first bytes.
  case notADelta(found: [UInt8])
  /// A payload of a version that this program does not read.
  case unknownVersion(found: Int, expected: Int)
  /// A payload that ends early.
  case payloadTruncated(field: String)
  /// A payload with bytes that belong to nothing.
  case trailingBytes(count: Int)
  /// A field of a payload with a value that no encoder writes.
  case payloadDamaged(field: String, found: String, expected: String)
  /// A payload that would need more memory than allowed.
  case payloadTooLarge(field: String, found: String, limit: String)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .notFinite(let what):
      Explanation("\(what) holds a NaN or an infinity")
    case .shapeMismatch(let what, let found, let expected):
      Explanation(
        "the shapes do not belong together", field: what, found: Self.shape(found),
        expected: Self.shape(expected))
    case .precisionOutOfRange(let precision):
      Explanation(
        "the precision is out of range", found: "\(precision)",
        expected: "a relative error between 1e-9 and 1")
    case .changeBelowGrid(let norm, let smallest):
      Explanation(
        "the change is too small for the tensor's grid", field: "Frobenius norm",
        found: "\(norm)", expected: "at least \(smallest)",
        remedy: "A change this small vanishes in the weights: leave the tensor out, "
          + "or ask for less precision.")
    case .changeAboveGrid(let largest, let limit):
      Explanation(
        "the change is too large for the tensor's grid", field: "bound on an element",
        found: "\(largest)", expected: "below \(limit)",
        remedy: "It is beyond any size that an edit has: check where it comes from.")
    case .precisionOutOfReach(let asked, let finest):
      Explanation(
        "the precision needs larger integers than exact products allow",
        field: "relative error", found: "\(asked)", expected: "at least \(finest) for this change",
        remedy: "Ask for less precision.")
    case .gridMismatch(let found, let expected):
      Explanation(
        "the delta lies on another grid than the tensor", field: "grid exponent",
        found: "\(found)", expected: "\(expected)",
        remedy: "It was made for another base checkpoint.")
    case .gridOutOfRange(let exponent):
      Explanation(
        "the grid is out of range", field: "grid exponent", found: "\(exponent)",
        expected: "\(FixedPointGrid.exponents)")
    case .sumOverflows(let row):
      Explanation(
        "the sum of the deltas passes 64 bits", field: "row \(row)",
        remedy: "Some delta of the stack is damaged or absurdly large: audit the stack.")
    case .unsupportedElementType(let type):
      Explanation(
        "deltas cannot be added to this element type", found: type,
        expected: "F64, F32, F16 or BF16")
    case .byteCountMismatch(let found, let expected):
      Explanation(
        "the tensor's bytes do not fit its shape", found: "\(found) bytes",
        expected: "\(expected) bytes")
    case .notADelta(let found):
      Explanation(
        "the payload is not a delta", field: "first bytes", found: "\(found)",
        expected: "\(PayloadHeader.magic)")
    case .unknownVersion(let found, let expected):
      Explanation(
        "the payload's version is unknown", found: "\(found)", expected: "\(expected)",
        remedy: "It was written by a newer program: update this one.")
    case .payloadTruncated(let field):
      Explanation("the payload ends early", field: field, remedy: Self.damaged)
    case .trailingBytes(let count):
      Explanation(
        "the payload has bytes that belong to nothing", found: "\(count) bytes",
        expected: "none", remedy: Self.damaged)
    case .payloadDamaged(let field, let found, let expected):
      Explanation(
        "the payload is damaged", field: field, found: found, expected: expected,
        remedy: Self.damaged)
    case .payloadTooLarge(let field, let found, let limit):
      Explanation(
        "the payload asks for too much memory", field: field, found: found,
        expected: "at most \(limit)", remedy: Self.damaged)
    }
  }

  private static let damaged = "Fetch it again, or check the repository with fsck."
  private static func shape(_ extents: [Int]) -> String {
    extents.map(String.init).joined(separator: " x ")
  }
}
