/// The entropy coder: range asymmetric numeral systems (J. Duda, arXiv 1311.2540) with a 64-bit state
/// in [2³¹, 2⁶³), 32-bit words and 12-bit frequencies.
///
/// The decoder reads words in order, so the encoder goes through the symbols backwards and hands its
/// words over reversed. It starts at 2³¹, which is where a decoder of undamaged words ends.
struct SymbolEncoder {
  static let lowest: UInt64 = 1 << 31
  private var state = lowest
  private var reversedWords: [UInt32] = []

  /// The number of words as a varint, the state, and the words in the decoder's order.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.writeVarint(UInt64(reversedWords.count))
    writer.writeInteger(state)
    for word in reversedWords.reversed() { writer.writeInteger(word) }
    return writer.bytes
  }

  @inline(__always)
  mutating func put(frequency: UInt32, start: UInt32) {
    let bits = UInt64(FrequencyTable.scaleBits)
    let frequency = UInt64(frequency)
    if state >= ((Self.lowest >> bits) << 32) * frequency {
      reversedWords.append(UInt32(truncatingIfNeeded: state))
      state >>= 32
    }
    let (quotient, remainder) = state.quotientAndRemainder(dividingBy: frequency)
    state = quotient << bits + remainder + UInt64(start)
  }
}

/// Undoes a ``SymbolEncoder``. Past the last word there are zeros, and ``isExhausted`` says so.
struct SymbolDecoder {
  private var state: UInt64
  private let words: UnsafeRawBufferPointer
  private var position = 0

  /// The decoder of what ``SymbolEncoder/bytes`` gave, and the bytes after it.
  static func open(
    _ bytes: UnsafeRawBufferPointer
  ) throws(DeltaError) -> (decoder: SymbolDecoder, rest: UnsafeRawBufferPointer) {
    var reader = ByteReader(bytes)
    let count = try reader.readVarint(field: "number of coder words")
    let state = try reader.readInteger(UInt64.self, field: "coder state")
    guard count <= UInt64(reader.remaining / 4) else {
      throw .payloadTruncated(field: "coder words")
    }
    let words = try reader.readBytes(count: Int(count) * 4, field: "coder words")
    return (try SymbolDecoder(state: state, words: words), reader.rest)
  }

  /// The most symbols of the known tables that the words can hold: none of those costs less than
  /// log₂(4096/4095) bits.
  var capacity: Int { 3000 * (32 + 8 * words.count) }

  /// - Parameter words: 32-bit little-endian words.
  private init(state: UInt64, words: UnsafeRawBufferPointer) throws(DeltaError) {
    guard state >= SymbolEncoder.lowest, state < 1 << 63 else {
      throw .payloadDamaged(
        field: "coder state", found: "\(state)", expected: "at least 2^31 and below 2^63")
    }
    self.state = state
    self.words = words
  }

  /// Whether more words were read than there are.
  var isExhausted: Bool { position > words.count }

  /// The next symbol of a table.
  @inline(__always)
  mutating func next(_ slots: UnsafePointer<SymbolSlot>) -> Int {
    let bits = UInt64(FrequencyTable.scaleBits)
    let slot = slots[Int(state & (1 << bits &- 1))]
    state = UInt64(slot.frequency) &* (state >> bits) &+ UInt64(slot.offset)
    if state < SymbolEncoder.lowest { refill() }
    return Int(slot.symbol)
  }

  @inline(__always)
  private mutating func refill() {
    var word: UInt32 = 0
    if position &+ 4 <= words.count {
      word = UInt32(
        littleEndian: words.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    }
    position &+= 4
    // A state of undamaged words is at least 2³¹ now; one of damaged words may not be, and then
    // ends elsewhere than at 2³¹.
    state = state << 32 | UInt64(word)
  }

  /// Checks that the words end here, as undamaged ones do.
  func checkEnd() throws(DeltaError) {
    guard !isExhausted else { throw .payloadTruncated(field: "coder words") }
    guard position == words.count else { throw .trailingBytes(count: words.count - position) }
    guard state == SymbolEncoder.lowest else {
      throw .payloadDamaged(field: "coder state at the end", found: "\(state)", expected: "2^31")
    }
  }
}

/// What the decoder needs for one of the 2¹² values of the state's low bits.
struct SymbolSlot {
  /// The symbol's frequency.
  let frequency: UInt16
  /// The slot's place within the symbol's slots.
  let offset: UInt16
  /// The symbol's index.
  let symbol: UInt8

  /// All slots of a table.
  static func slots(of frequencies: [UInt32]) -> [SymbolSlot] {
    let count = frequencies.reduce(0) { $0 + Int($1) }
    return [SymbolSlot](unsafeUninitializedCapacity: count) { slots, initialized in
      for (symbol, frequency) in frequencies.enumerated() {
        for offset in 0..<frequency {
          slots.initializeElement(
            at: initialized,
            to: SymbolSlot(
              frequency: UInt16(truncatingIfNeeded: frequency),
              offset: UInt16(truncatingIfNeeded: offset),
              symbol: UInt8(truncatingIfNeeded: symbol)))
          initialized += 1
        }
      }
    }
  }
}
