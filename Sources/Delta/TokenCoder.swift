/// Numbers of any distribution, by the tables that they themselves give.
///
///     bits    the table of classes: 0 for a zero, 1 + z for numbers with z trailing zeros
///             for each z that occurs, in order, the table of its tokens
///     then, for each number: its class from the coder; unless 0, its token from the coder under its
///     class's table, and in bits what stands beside the token, then 1 for a negative number
///
/// around which stand the coder's state and words as ``IntegerEncoder`` has them. See ``NumberToken``.
enum TokenCoder {
  private static let classes = 63

  static func encode(_ numbers: [Int64]) -> [UInt8] {
    var classCounts = [Int](repeating: 0, count: classes)
    var tokenCounts = [[Int]](repeating: [], count: classes)
    for number in numbers {
      guard number != 0 else {
        classCounts[0] += 1
        continue
      }
      let parts = NumberToken(number)
      classCounts[1 + parts.zeros] += 1
      if tokenCounts[1 + parts.zeros].isEmpty {
        tokenCounts[1 + parts.zeros] = Array(repeating: 0, count: NumberToken.tokens)
      }
      tokenCounts[1 + parts.zeros][parts.token] += 1
    }
    var bits = BitWriter()
    let classTable = TransmittedTable(counts: classCounts)
    classTable.write(.full, to: &bits)
    let tokenTables = tokenCounts.map { $0.isEmpty ? nil : TransmittedTable(counts: $0) }
    for table in tokenTables { table?.write(.full, to: &bits) }
    for number in numbers where number != 0 {
      NumberToken(number).write(isNegative: number < 0, to: &bits)
    }
    var symbols = SymbolEncoder()
    for number in numbers.reversed() {
      var group = 0
      if number != 0 {
        let parts = NumberToken(number)
        group = 1 + parts.zeros
        if let table = tokenTables[group] {
          symbols.put(
            frequency: table.frequencies[parts.token], start: table.starts[parts.token])
        }
      }
      symbols.put(frequency: classTable.frequencies[group], start: classTable.starts[group])
    }
    return symbols.bytes + bits.finish()
  }

  static func decode(
    _ bytes: UnsafeRawBufferPointer, count: Int
  ) throws(DeltaError) -> [Int64] {
    var (symbols, rest) = try SymbolDecoder.open(bytes)
    var bits = BitReader(rest)
    let classTable = try TransmittedTable(
      .full, from: &bits, limit: classes, field: "table of classes")
    // The slots of the classes, then those of each class's tokens.
    var slots = SymbolSlot.slots(of: classTable.frequencies)
    var firstSlots = [0]
    for frequency in classTable.frequencies.dropFirst() {
      firstSlots.append(slots.count)
      guard frequency > 0 else { continue }
      let table = try TransmittedTable(
        .full, from: &bits, limit: NumberToken.tokens, field: "table of tokens")
      slots += SymbolSlot.slots(of: table.frequencies)
    }
    guard !bits.isExhausted else { throw .payloadTruncated(field: "tables") }
    var numbers = [Int64](repeating: 0, count: count)
    let isInRange = numbers.withUnsafeMutableBufferPointer { numbers in
      slots.withUnsafeBufferPointer { slots in
        firstSlots.withUnsafeBufferPointer { firstSlots in
          read(into: numbers, &symbols, &bits, slots, firstSlots)
        }
      }
    }
    guard isInRange else {
      throw .payloadDamaged(field: "number", found: "2^62 or more", expected: "less")
    }
    guard !bits.isExhausted else { throw .payloadTruncated(field: "bits") }
    try symbols.checkEnd()
    try bits.checkEnd()
    return numbers
  }

  /// Reads the numbers; false where one is out of range.
  private static func read(
    into numbers: UnsafeMutableBufferPointer<Int64>, _ decoder: inout SymbolDecoder,
    _ reader: inout BitReader, _ slots: UnsafeBufferPointer<SymbolSlot>,
    _ firstSlots: UnsafeBufferPointer<Int>
  ) -> Bool {
    guard let slots = slots.baseAddress else { return false }
    // Copies of its own, which stay in registers.
    var (symbols, bits) = (decoder, reader)
    defer { (decoder, reader) = (symbols, bits) }
    for index in numbers.indices {
      let group = symbols.next(slots)
      guard group > 0 else { continue }
      let token = symbols.next(slots + firstSlots[group])
      guard let number = NumberToken.number(zeros: group - 1, token: token, from: &bits) else {
        return false
      }
      numbers[index] = number
    }
    return true
  }
}
