internal import Checkpoint
internal import Files

/// Facts read from a file, whatever form they are written in.
///
/// A file is a JSON array of records or JSON Lines; each record tells its own form: ours, CounterFact's,
/// zsRE's, EasyEdit's or KnowEdit's.
package struct FactsFile: Sendable, Equatable {
  /// The largest file that is read, in bytes.
  package static let longestFile = 1 << 30
  /// The longest line of JSON Lines, in bytes.
  package static let longestLine = 1 << 20
  /// How many broken records an error lists.
  static let mostListed = 100

  /// What becomes of records that cannot be used.
  package enum BrokenRecords: Sendable {
    /// The whole file is refused, naming them.
    case refused
    /// They are left out and listed.
    case leftOut
  }

  /// The facts, in the order of the file.
  package let cases: [FactCase]
  /// Where each of them stands.
  package let places: [FactPlace]
  /// What the data set calls each new object (a Wikidata item such as `Q51`), where it says so. No part of
  /// a fact: only texts to compare with are found by it.
  package let objectIDs: [String?]
  /// The records that were left out.
  package let leftOut: [BrokenRecord]

  /// Reads a file or pipe; `-` is standard input.
  package init(
    path: String, broken: BrokenRecords = .refused
  ) throws(FactsFileError) {
    let bytes: [UInt8]
    do throws(FileFailure) {
      bytes = try readFile(path == "-" ? "/dev/stdin" : path, limit: Self.longestFile)
    } catch {
      throw .file(error)
    }
    try self.init(parsing: bytes, file: path, broken: broken)
  }

  /// Reads the bytes of a file; `file` is its name, for messages.
  package init(
    parsing bytes: [UInt8], file: String, broken: BrokenRecords = .refused
  ) throws(FactsFileError) {
    var reading = FactsReading()
    // `withUnsafeBytes` rethrows untyped errors only.
    let outcome = bytes.withUnsafeBytes { buffer in
      Result { () throws(FactsFileError) in try reading.read(buffer, file: file) }
    }
    try outcome.get()
    guard reading.broken.isEmpty || broken == .leftOut else {
      throw .broken(
        file: file, records: Array(reading.broken.prefix(Self.mostListed)),
        count: reading.broken.count)
    }
    guard !reading.cases.isEmpty else { throw .noFacts(file: file) }
    cases = reading.cases
    places = reading.places
    objectIDs = reading.objectIDs
    leftOut = reading.broken
  }

  /// The facts of a file that contradict nothing, each once.
  ///
  /// - Throws: ``FactsFileError``, ``FactConflictError``.
  package static func distinctCases(
    path: String
  ) throws -> (cases: [FactCase], places: [FactPlace], duplicates: Int) {
    let file = try FactsFile(path: path)
    try file.refuseContradictions(named: path)
    // Without contradictions, what asks the same says the same.
    var asked: Set<FactQuestion> = []
    let kept = file.cases.indices.filter {
      asked.insert(FactQuestion(file.cases[$0].fact)).inserted
    }
    return (
      kept.map { file.cases[$0] }, kept.map { file.places[$0] }, file.cases.count - kept.count
    )
  }
}

/// The state of reading one file.
private struct FactsReading {
  var cases: [FactCase] = []
  var places: [FactPlace] = []
  var objectIDs: [String?] = []
  var broken: [BrokenRecord] = []

  mutating func read(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(FactsFileError) {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...]
    guard let first = text.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
      throw .noFacts(file: file)
    }
    let rest = UnsafeRawBufferPointer(rebasing: text)
    switch first {
    case UInt8(ascii: "["):
      do throws(JSONError) {
        try readArray(rest, file: file)
      } catch {
        throw .json(error)
      }
    case UInt8(ascii: "{"): readLines(rest, file: file)
    default: throw .unknownFormat(file: file, found: first)
    }
  }

  private mutating func readArray(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(JSONError) {
    var reader = JSONReader(bytes, file: file)
    var number = 0
    try reader.beginArray()
    while try reader.nextElement() {
      number += 1
      let value = try reader.readValue()
      take(.record(number), position: number - 1) { () throws(FactProblem) in value }
    }
    try reader.finish()
  }

  private mutating func readLines(_ bytes: UnsafeRawBufferPointer, file: String) {
    var start = 0
    var number = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      number += 1
      start = end + 1
      guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { continue }
      take(.line(number), position: cases.count + broken.count) { () throws(FactProblem) in
        guard line.count <= FactsFile.longestLine else {
          throw .lineTooLong(bytes: line.count, limit: FactsFile.longestLine)
        }
        do throws(JSONError) {
          var reader = JSONReader(line, file: file, firstLine: number)
          let value = try reader.readValue()
          try reader.finish()
          return value
        } catch {
          throw .json(error)
        }
      }
    }
  }

  private mutating func take(
    _ place: FactPlace, position: Int, _ value: () throws(FactProblem) -> JSONValue
  ) {
    do throws(FactProblem) {
      let fields = try RecordFields(try value())
      let factCase = try Self.factCase(fields, position: position)
      // As it will be stored: nobody would read a longer line.
      let stored = FactLines.encode([factCase]).count - 1
      guard stored <= FactsFile.longestLine else {
        throw .factTooLong(bytes: stored, limit: FactsFile.longestLine)
      }
      cases.append(factCase)
      places.append(place)
      objectIDs.append(
        CounterFactRecord.matches(fields) ? CounterFactRecord.objectID(fields) : nil)
    } catch {
      broken.append(BrokenRecord(place: place, problem: error))
    }
  }

  private static func factCase(
    _ fields: RecordFields, position: Int
  ) throws(FactProblem) -> FactCase {
    if CounterFactRecord.matches(fields) { return try CounterFactRecord.read(fields) }
    if ZsRERecord.matches(fields) { return try ZsRERecord.read(fields, position: position) }
    if EasyEditRecord.matches(fields) { return try EasyEditRecord.read(fields) }
    if PlainRecord.matches(fields) { return try PlainRecord.read(fields) }
    throw .unknownForm(keys: fields.keys)
  }
}
