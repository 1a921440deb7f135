/// Columns of integers as bytes: high symbols through the entropy coder, low bits and escapes as bits.
///
///     varint  number of coder words      (0 and no state when there are no columns)
///     u64     coder state, little-endian
///     u32 …   coder words, little-endian
///     bits    for each column in turn, for each integer: if its symbol is the escape, one bit that is
///             1 for a negative h and the escape code of |h| − reach − 1; then k low bits
///
/// The bits may have a prefix of the caller's, written before the columns.
struct IntegerEncoder {
  private var symbols = SymbolEncoder()
  private(set) var bits: BitWriter

  /// - Parameter prefix: bits that precede the columns'.
  init(prefix: BitWriter) { bits = prefix }

  /// Encodes columns that follow each other in `values`, and returns the bytes.
  /// - Precondition: the counts add up to `values.count`.
  consuming func encode(
    _ values: [Int32], columns: [(count: Int, model: ColumnModel)]
  ) -> [UInt8] {
    values.withUnsafeBufferPointer { values in
      var start = 0
      for (count, model) in columns {
        writeBits(values[start..<start + count], model)
        start += count
      }
      for (count, model) in columns.reversed() {
        start -= count
        putSymbols(values[start..<start + count], model)
      }
    }
    return symbols.bytes + bits.finish()
  }

  private mutating func writeBits(
    _ values: Slice<UnsafeBufferPointer<Int32>>, _ model: ColumnModel
  ) {
    let (reach, k) = (Int32(model.table.reach), model.lowBits)
    let half: Int32 = k > 0 ? 1 << Int32(k - 1) : 0
    let mask: Int32 = 1 << Int32(k) - 1
    for value in values {
      let high = (value + half) >> Int32(k)
      if high.magnitude > reach {
        bits.write(high < 0 ? 1 : 0, count: 1)
        EscapeCode.write(high.magnitude - UInt32(reach) - 1, to: &bits)
      }
      if k > 0 { bits.write(UInt64((value + half) & mask), count: k) }
    }
  }

  private mutating func putSymbols(
    _ values: Slice<UnsafeBufferPointer<Int32>>, _ model: ColumnModel
  ) {
    let table = model.table
    let (reach, k) = (Int32(table.reach), Int32(model.lowBits))
    let half: Int32 = k > 0 ? 1 << (k - 1) : 0
    table.frequencies.withUnsafeBufferPointer { frequencies in
      table.starts.withUnsafeBufferPointer { starts in
        for value in values.reversed() {
          let high = (value + half) >> k
          let symbol = high.magnitude > reach ? table.escape : Int(high + reach)
          symbols.put(frequency: frequencies[symbol], start: starts[symbol])
        }
      }
    }
  }
}

/// Reads what an ``IntegerEncoder`` wrote.
struct IntegerDecoder {
  /// The largest magnitude that a payload may hold.
  static let limit: Int32 = 1 << 30

  private var symbols: SymbolDecoder
  /// Public to the caller for its prefix.
  var bits: BitReader
  private var slots: [ColumnModel: [SymbolSlot]] = [:]

  /// - Parameter bytes: all bytes from the number of words on.
  init(_ bytes: UnsafeRawBufferPointer) throws(DeltaError) {
    let (decoder, rest) = try SymbolDecoder.open(bytes)
    symbols = decoder
    bits = BitReader(rest)
  }

  /// The most integers that the words can hold.
  var capacity: Int { symbols.capacity }

  /// Fills one column.
  mutating func decode(
    _ model: ColumnModel, into target: UnsafeMutableBufferPointer<Int32>
  ) throws(DeltaError) {
    let table = model.table
    let (reach, escape, k) = (table.reach, table.escape, model.lowBits)
    let half = k > 0 ? 1 << (k - 1) : 0
    let tableModel = ColumnModel(shape: model.shape, width: model.width - 8 * k)
    let slots = self.slots[tableModel] ?? SymbolSlot.slots(of: table.frequencies)
    self.slots[tableModel] = slots
    var symbols = self.symbols
    var bits = self.bits
    var isInRange = true
    slots.withUnsafeBufferPointer { slots in
      guard let slots = slots.baseAddress else { return }
      for index in target.indices {
        let symbol = symbols.next(slots)
        var high = symbol - reach
        if symbol == escape {
          let isNegative = bits.read(count: 1) == 1
          guard let excess = EscapeCode.read(from: &bits) else {
            isInRange = false
            return
          }
          high = reach + 1 + Int(excess)
          if isNegative { high = -high }
        }
        let value = high << k + Int(bits.read(count: k)) - half
        guard value.magnitude <= Self.limit.magnitude else {
          isInRange = false
          return
        }
        target[index] = Int32(truncatingIfNeeded: value)
      }
    }
    self.symbols = symbols
    self.bits = bits
    guard !symbols.isExhausted else { throw .payloadTruncated(field: "coder words") }
    guard !bits.isExhausted else { throw .payloadTruncated(field: "bits") }
    guard isInRange else {
      throw .payloadDamaged(
        field: "integer", found: "a magnitude above 2^30", expected: "at most 2^30")
    }
  }

  /// Checks that words and bits end here.
  func checkEnd() throws(DeltaError) {
    try symbols.checkEnd()
    try bits.checkEnd()
  }
}
