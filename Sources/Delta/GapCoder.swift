/// Few numbers among zeros, as corrections are: how far it is to the next, and what it is.
///
///     bits    16 bits, how many numbers there are less one
///             1 bit: 1 where the table of gap tokens is told, 0 where it is the known one
///             the table of gap tokens, where it is told
///             the table of classes, which are numbers of trailing zeros
///             for each class that occurs, in order, the table of its tokens
///     then, for each number: the token of its gap, the zeros between it and the one before it, from the coder,
///             and in bits what stands beside the token; its class; its token under its class's table, and in bits
///             what stands beside that, then 1 for a negative number
///
/// around which stand the coder's state and words as ``IntegerEncoder`` has them. See ``NumberToken``, whose tokens
/// gaps have, too. A table with a single symbol takes no coder step. The cost is that of the numbers, not of the zeros.
enum GapCoder {
  /// What the numbers are among.
  enum Extent {
    /// A block of at most 2¹⁶ elements, as version 1 has it: tables are told in the full form, that of the gaps where
    /// there are 1,024 numbers or more, and no bit says so.
    case block
    /// Several blocks of together at most 2³¹ elements; tables are told in the short form.
    case span

    /// One more than the largest token of a gap.
    fileprivate var gapTokens: Int {
      switch self {
      case .block: 16 + 4 * 12
      case .span: 16 + 4 * 27
      }
    }

    fileprivate var form: TransmittedTable.Form { self == .block ? .full : .short }
  }

  private static let classes = 62

  /// The bytes of a span.
  ///
  /// - Precondition: there are numbers, at most 2¹⁶ but fewer than `count`, at places below `count`, which is at most
  ///   2³¹.
  static func encode(_ few: FewNumbers, count: Int) -> [UInt8] {
    let tokens = NumberToken.tokens
    var gapCounts = [Int](repeating: 0, count: Extent.span.gapTokens)
    var classCounts = [Int](repeating: 0, count: classes)
    // A row a class.
    var tokenCounts = [Int](repeating: 0, count: classes * tokens)
    var gaps: [(token: Int, bits: UInt64, bitCount: Int)] = []
    var parts: [NumberToken] = []
    gaps.reserveCapacity(few.count)
    parts.reserveCapacity(few.count)
    var next: UInt32 = 0
    for (place, number) in zip(few.places, few.numbers) {
      let (gap, part) = (NumberToken.parts(of: UInt64(place - next)), NumberToken(number))
      next = place + 1
      gapCounts[gap.token] += 1
      classCounts[part.zeros] += 1
      tokenCounts[part.zeros * tokens + part.token] += 1
      gaps.append(gap)
      parts.append(part)
    }
    var gapTable = knownTable(few.count, among: count)
    let ownTable = TransmittedTable.cheapest(for: gapCounts)
    let tellsGaps =
      ownTable.shortBitCount + ownTable.bitCount(of: gapCounts) < gapTable.bitCount(of: gapCounts)
    if tellsGaps { gapTable = ownTable }
    let classTable = TransmittedTable.cheapest(for: classCounts)
    var bits = BitWriter()
    bits.write(UInt64(few.count - 1), count: 16)
    bits.write(tellsGaps ? 1 : 0, count: 1)
    if tellsGaps { gapTable.write(.short, to: &bits) }
    classTable.write(.short, to: &bits)
    // Frequency and start of each class's tokens, as in `tokenCounts`.
    var steps = [(frequency: UInt32, start: UInt32)](
      repeating: (UInt32(FrequencyTable.scale), 0), count: classes * tokens)
    for zeros in 0..<classes where classCounts[zeros] > 0 {
      let table = TransmittedTable.cheapest(
        for: Array(tokenCounts[zeros * tokens..<(zeros + 1) * tokens]))
      table.write(.short, to: &bits)
      for token in table.frequencies.indices {
        steps[zeros * tokens + token] = (table.frequencies[token], table.starts[token])
      }
    }
    for (index, part) in parts.enumerated() {
      bits.write(gaps[index].bits, count: gaps[index].bitCount)
      part.write(isNegative: few.numbers[index] < 0, to: &bits)
    }
    var symbols = SymbolEncoder()
    func put(_ frequency: UInt32, _ start: UInt32) {
      // A symbol with all of the range leaves the state as it is.
      if frequency < FrequencyTable.scale { symbols.put(frequency: frequency, start: start) }
    }
    for index in parts.indices.reversed() {
      let (zeros, gap) = (parts[index].zeros, gaps[index].token)
      let step = steps[zeros * tokens + parts[index].token]
      put(step.frequency, step.start)
      put(classTable.frequencies[zeros], classTable.starts[zeros])
      put(gapTable.frequencies[gap], gapTable.starts[gap])
    }
    return symbols.bytes + bits.finish()
  }

  /// The numbers among `count` that are not zero.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, _ extent: Extent, count: Int
  ) throws(DeltaError) -> FewNumbers {
    var (symbols, rest) = try SymbolDecoder.open(bytes)
    var bits = BitReader(rest)
    let size = Int(bits.read(count: 16)) + 1
    guard size < count else {
      throw .payloadDamaged(
        field: "numbers of a block", found: "\(size)", expected: "fewer than \(count)")
    }
    var slots: [SymbolSlot] = []
    let tellsGaps = extent == .block ? size >= 1024 : bits.read(count: 1) == 1
    let gapTable =
      tellsGaps
      ? try TransmittedTable(
        extent.form, from: &bits, limit: extent.gapTokens, field: "table of gaps")
      : knownTable(size, among: count)
    let gaps = SymbolSource(gapTable, &slots)
    let classTable = try TransmittedTable(
      extent.form, from: &bits, limit: classes, field: "table of classes")
    let groups = SymbolSource(classTable, &slots)
    var tokens: [SymbolSource] = []
    for frequency in classTable.frequencies {
      guard frequency > 0 else {
        tokens.append(.one(0))
        continue
      }
      tokens.append(
        try SymbolSource(
          TransmittedTable(
            extent.form, from: &bits, limit: NumberToken.tokens, field: "table of tokens"),
          &slots))
    }
    guard !bits.isExhausted else { throw .payloadTruncated(field: "tables") }
    var few = FewNumbers()
    few.reserveCapacity(size)
    let isInRange = slots.withUnsafeBufferPointer { slots in
      tokens.withUnsafeBufferPointer { tokens in
        read(&few, size, count, &symbols, &bits, slots, gaps, groups, tokens)
      }
    }
    guard isInRange else {
      throw .payloadDamaged(
        field: "number", found: "2^62 or more, or behind the block's end", expected: "less")
    }
    guard !bits.isExhausted else { throw .payloadTruncated(field: "bits") }
    try symbols.checkEnd()
    try bits.checkEnd()
    return few
  }

  /// The table of the gaps between numbers that stand anywhere with the same probability.
  ///
  /// With q = ⌊2⁶⁴ (count − size)/count⌋ a gap is g at least with probability q^g, computed with the high halves of
  /// products: integers, so that every machine has the same.
  private static func knownTable(_ size: Int, among count: Int) -> TransmittedTable {
    let q = UInt64(count).dividingFullWidth((UInt64(count - size), 0)).quotient
    func atLeast(_ gap: Int) -> UInt64 {
      var (power, square, rest) = (UInt64.max, q, gap)
      while rest > 0 {
        if rest & 1 == 1 { power = power.multipliedFullWidth(by: square).high }
        square = square.multipliedFullWidth(by: square).high
        rest >>= 1
      }
      return power
    }
    let gapTokens = Extent.span.gapTokens
    let first = (0...gapTokens).map { Int(NumberToken.v(token: $0, bits: 0)) }
    let counts = (0..<gapTokens).map { token -> Int in
      guard first[token] < count else { return 0 }
      let (here, next) = (atLeast(first[token]), atLeast(first[token + 1]))
      return max(1, here > next ? Int((here - next) >> 40) : 0)
    }
    return TransmittedTable(counts: counts)
  }

  /// Reads the numbers; false where one is out of range.
  private static func read(
    _ few: inout FewNumbers, _ size: Int, _ count: Int, _ decoder: inout SymbolDecoder,
    _ reader: inout BitReader, _ slots: UnsafeBufferPointer<SymbolSlot>, _ gaps: SymbolSource,
    _ groups: SymbolSource, _ tokens: UnsafeBufferPointer<SymbolSource>
  ) -> Bool {
    // Copies of its own, which stay in registers.
    var (symbols, bits) = (decoder, reader)
    defer { (decoder, reader) = (symbols, bits) }
    var place = -1
    for _ in 0..<size {
      let gap = gaps.next(&symbols, slots)
      let beside = bits.read(count: NumberToken.bitCount(ofToken: gap))
      place += 1 + Int(NumberToken.v(token: gap, bits: beside))
      guard place < count else { return false }
      let group = groups.next(&symbols, slots)
      let token = tokens[group].next(&symbols, slots)
      guard let number = NumberToken.number(zeros: group, token: token, from: &bits) else {
        return false
      }
      few.append(number, at: place)
    }
    return true
  }
}

/// Where the symbols of a transmitted table come from.
private enum SymbolSource {
  /// There is only one.
  case one(Int)
  /// The coder, with the slots from here on.
  case coder(Int)

  init(_ table: TransmittedTable, _ slots: inout [SymbolSlot]) {
    if let only = table.onlySymbol {
      self = .one(only)
    } else {
      self = .coder(slots.count)
      slots += SymbolSlot.slots(of: table.frequencies)
    }
  }

  @inline(__always)
  func next(_ symbols: inout SymbolDecoder, _ slots: UnsafeBufferPointer<SymbolSlot>) -> Int {
    switch self {
    case .one(let symbol): return symbol
    case .coder(let first):
      guard let base = slots.baseAddress else { return 0 }
      return symbols.next(base + first)
    }
  }
}

extension TransmittedTable {
  /// The symbol that stands alone, where one does.
  fileprivate var onlySymbol: Int? {
    frequencies.last == UInt32(FrequencyTable.scale) ? frequencies.count - 1 : nil
  }
}
