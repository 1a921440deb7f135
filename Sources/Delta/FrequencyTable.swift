/// A probability table over small integers, made by integer arithmetic alone, so that every machine
/// has the same: what an encoder writes, any decoder reads.
///
/// The symbols are h = −reach … reach at index h + reach, and the escape last. Frequencies sum to 2¹².
struct FrequencyTable: Sendable {
  /// Frequencies sum to two to this.
  static let scaleBits = 12
  static let scale = 1 << scaleBits

  /// The largest magnitude with a symbol of its own.
  let reach: Int
  /// One for each symbol, at least 1.
  let frequencies: [UInt32]
  /// The sum of the frequencies before each symbol.
  let starts: [UInt32]

  /// The index of the escape.
  var escape: Int { 2 * reach + 1 }

  /// The table of a shape at one of the widths in ``ColumnModel/tableWidths``.
  static func table(_ shape: ColumnModel.Shape, width: Int) -> FrequencyTable {
    all[
      Int(shape.rawValue) * ColumnModel.tableWidths.count + width
        - ColumnModel.tableWidths.lowerBound]
  }

  private static let all: [FrequencyTable] = ColumnModel.Shape.allCases.flatMap { shape in
    ColumnModel.tableWidths.map { FrequencyTable(weights: weights(shape, width: $0)) }
  }

  /// Frequencies from weights w_0, w_1 … of the magnitudes, which both signs share.
  ///
  /// With T the sum over all integers: f_h = ⌊(2¹² w_h + ⌊T/2⌋)/T⌋; `reach` is the last h before the
  /// first f_h = 0; the escape has what is beyond it, rounded alike, and at least 1; zero has the rest.
  init(weights: [UInt64]) {
    let scale = UInt64(Self.scale)
    let total = 2 * weights.reduce(0, +) - weights[0]
    func share(_ weight: UInt64) -> UInt64 { (weight * scale + total / 2) / total }
    let shares = weights.dropFirst().map(share).prefix { $0 > 0 }
    let reach = shares.count
    let covered = 2 * weights[0...reach].reduce(0, +) - weights[0]
    let escape = max(1, share(total - covered))
    let zero = scale - escape - 2 * shares.reduce(0, +)
    frequencies = (shares.reversed() + [zero] + shares + [escape]).map { UInt32($0) }
    var starts: [UInt32] = []
    var sum: UInt32 = 0
    for frequency in frequencies {
      starts.append(sum)
      sum += frequency
    }
    self.starts = starts
    self.reach = reach
  }

  /// w_0 = 2⁴⁸ and its successors, down to the last that is not 0, at most 256 of them.
  ///
  /// At width c, σ = 2^(c/8). Gaussian: w_h = w_{h-1} r_h, r_1 = g, r_{h+1} = r_h g², with
  /// g = exp(−1/2σ²). Laplace: w_h = w_{h-1} t, t = exp(−√2/σ). All products of 64-bit fractions keep
  /// the high half.
  private static func weights(_ shape: ColumnModel.Shape, width: Int) -> [UInt64] {
    var ratio = base(shape, width: width)
    let growth: UInt64? = shape == .gaussian ? high(ratio, ratio) : nil
    var weights: [UInt64] = [1 << 48]
    while weights.count < 256 {
      let next = high(weights[weights.count - 1], ratio)
      if next == 0 { break }
      weights.append(next)
      if let growth { ratio = high(ratio, growth) }
    }
    return weights
  }

  /// g or t at a width, as a 64-bit fraction: from a constant by square roots or squares, because
  /// σ doubles every 8 widths.
  private static func base(_ shape: ColumnModel.Shape, width: Int) -> UInt64 {
    let constants: [UInt64] =
      switch shape {
      case .gaussian: gaussianBases
      case .laplace: laplaceBases
      }
    let period = constants.count
    let octave = width >= 0 ? width / period : -((-width + period - 1) / period)
    var value = constants[width - octave * period]
    for _ in 0..<max(0, octave) { value = squareRoot(value) }
    for _ in 0..<max(0, -octave) { value = high(value, value) }
    return value
  }

  /// ⌊2⁶⁴ exp(−2^(−1 − j/4))⌋.
  private static let gaussianBases: [UInt64] = [
    0x9B45_97E3_7CB0_4FF3, 0xA820_ECBE_F498_6210,
    0xB3C2_A028_D327_CD57, 0xBE29_706C_5A1E_2C87,
  ]
  /// ⌊2⁶⁴ exp(−√2 · 2^(−j/8))⌋.
  private static let laplaceBases: [UInt64] = [
    0x3E3C_E5F7_8159_2F41, 0x45FD_2E33_48D1_C95B,
    0x4DF1_4256_6EFB_93AB, 0x5607_1975_4123_5164,
    0x5E2D_58D8_B3BC_DF1A, 0x6653_B527_D41F_BB0E,
    0x6E6B_3AF6_ABB5_C836, 0x7666_8014_2124_A927,
  ]

  /// The high half of a 128-bit product.
  private static func high(_ a: UInt64, _ b: UInt64) -> UInt64 { a.multipliedFullWidth(by: b).high }

  /// ⌊√(a · 2⁶⁴)⌋, the square root of a 64-bit fraction.
  private static func squareRoot(_ a: UInt64) -> UInt64 {
    var root: UInt64 = 0
    for bit in stride(from: 63, through: 0, by: -1) {
      let trial = root | 1 << UInt64(bit)
      let square = trial.multipliedFullWidth(by: trial)
      if square.high < a || (square.high == a && square.low == 0) { root = trial }
    }
    return root
  }
}
