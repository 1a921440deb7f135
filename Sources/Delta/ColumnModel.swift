/// What a column of integers is taken to look like: a shape and a width.
///
/// An integer a is split into low bits, which are as good as random and stored as they are, and a high
/// symbol h = ⌊(a + ⌊2ᵏ/2⌋)/2ᵏ⌋, which an entropy coder takes with the shape's frequencies.
struct ColumnModel: Sendable, Hashable {
  /// The family of frequency tables.
  enum Shape: UInt8, Sendable, CaseIterable {
    /// What singular vectors of random-like factors are.
    case gaussian = 0
    /// Heavier tails: the key side of real edits.
    case laplace = 1
  }

  let shape: Shape
  /// c, with standard deviation 2^(c/8).
  let width: Int

  /// Every c that a payload may hold.
  static let widths = -24...231
  /// The c of the high symbols: a standard deviation of at most 2⁴.
  static let tableWidths = -24...31

  /// k, the number of low bits: as many as leave the high symbol a standard deviation of 2³ to 2⁴.
  /// There neither the split nor the table's steps cost a thousandth of a bit.
  var lowBits: Int { Self.lowBits(width: width) }
  static func lowBits(width: Int) -> Int { max(0, (width >> 3) - 3) }

  /// The frequencies of the high symbols.
  var table: FrequencyTable { FrequencyTable.table(shape, width: width - 8 * lowBits) }
}
