internal import Checkpoint
internal import Files

/// Where a sweep's results lie: a directory a method, with the settings that they were made with and a file
/// for each of a job's units. Files appear whole or not at all, so an interrupted sweep goes on.
package struct SweepStore {
  private let directory: String
  private let format = 2
  private static let longestFile = 1 << 26

  /// Uses a directory; nothing is made yet.
  package init(_ directory: String) { self.directory = directory }

  /// Makes the directory and keeps other sweeps out of it: two would each write what the other has not yet.
  func lock() throws -> FileLock {
    try makeDirectories(directory)
    return try FileLock(path: "\(directory)/lock")
  }

  /// Claims a method's directory for some settings.
  ///
  /// - Throws: ``EvaluationError/otherSettings(file:key:found:expected:)`` where it has results of others.
  func open(_ method: String, _ settings: [(key: String, value: JSONValue)]) throws {
    let path = settingsPath(method)
    let wanted = [("emend_sweep", JSONValue.integer(format))] + settings
    guard try fileKind(at: path) != nil else {
      try makeDirectories("\(directory)/\(method)")
      var text = JSONText()
      text.write(.object(JSONObject(wanted)))
      return try AtomicFile.write(text.bytes + [0x0A], to: path)
    }
    let json = try JSONValue(parsing: readFile(path, limit: Self.longestFile), file: path)
    guard case .object(let found) = json else { throw EvaluationError.badResult(file: path) }
    for (key, value) in wanted where !Self.isEqual(found[key], value) {
      throw EvaluationError.otherSettings(
        file: path, key: key, found: found[key]?.excerpt ?? "nothing",
        expected: value.excerpt)
    }
    for member in found.members where !wanted.contains(where: { $0.0 == member.key }) {
      throw EvaluationError.otherSettings(
        file: path, key: member.key, found: member.value.excerpt, expected: "nothing")
    }
  }

  /// The results of a unit; `nil` where there are none yet.
  ///
  /// - Parameter records: those that it measures.
  /// - Throws: ``EvaluationError/badResult(file:)`` for a file that is something else.
  func result(
    of method: String, _ job: String, _ unit: Int, of records: Set<Int>
  ) throws -> SweepResult? {
    let path = path(method, job, unit)
    guard try fileKind(at: path) != nil else { return nil }
    let json = try JSONValue(parsing: readFile(path, limit: Self.longestFile), file: path)
    guard let result = SweepResult(json: json), Set(result.records.keys) == records else {
      throw EvaluationError.badResult(file: path)
    }
    return result
  }

  /// Keeps the results of a unit.
  func keep(_ result: SweepResult, of method: String, _ job: String, _ unit: Int) throws {
    var text = JSONText()
    text.write(result.json)
    try AtomicFile.write(text.bytes + [0x0A], to: path(method, job, unit))
    let unfinished = unfinishedPath(method, job, unit)
    if try fileKind(at: unfinished) == .regular { try removeTree(unfinished) }
  }

  /// What a run spent on targets of a unit that it did not come to the end of, as far as they are kept.
  struct Spent: Equatable {
    /// On those that batches share.
    var targets = EditClock()
    /// On those that one batch has alone, by its place in the unit.
    var batches: [Int: EditClock] = [:]
  }

  /// What was spent on a unit that has no results yet.
  ///
  /// - Throws: ``EvaluationError/badResult(file:)`` for a file that is something else.
  func spent(on method: String, _ job: String, _ unit: Int) throws -> Spent {
    let path = unfinishedPath(method, job, unit)
    guard try fileKind(at: path) != nil else { return Spent() }
    let json = try JSONValue(parsing: readFile(path, limit: Self.longestFile), file: path)
    guard let targets = json["targets"].flatMap(Self.clock), let batches = json["batches"]?.array
    else { throw EvaluationError.badResult(file: path) }
    return Spent(
      targets: targets,
      batches: try Dictionary(
        batches.map { batch in
          guard let place = batch["batch"]?.integer, let clock = Self.clock(batch) else {
            throw EvaluationError.badResult(file: path)
          }
          return (place, clock)
        }, uniquingKeysWith: { $1 }))
  }

  /// Keeps what was spent on a unit so far.
  func keep(_ spent: Spent, on method: String, _ job: String, _ unit: Int) throws {
    var text = JSONText()
    text.write(
      .object(
        JSONObject([
          ("targets", Self.json(spent.targets)),
          (
            "batches",
            .array(
              spent.batches.sorted { $0.key < $1.key }.map {
                Self.json($0.value, [("batch", .integer($0.key))])
              })
          ),
        ])))
    try AtomicFile.write(text.bytes + [0x0A], to: unfinishedPath(method, job, unit))
  }

  private static func json(
    _ clock: EditClock, _ more: [(key: String, value: JSONValue)] = []
  ) -> JSONValue {
    .object(
      JSONObject(
        more + [
          ("processor_seconds", .number(clock.processorSeconds)),
          ("seconds", .number(clock.seconds)),
        ]))
  }

  private static func clock(_ json: JSONValue) -> EditClock? {
    guard let seconds = json["seconds"]?.double,
      let processorSeconds = json["processor_seconds"]?.double
    else { return nil }
    return EditClock(seconds: seconds, processorSeconds: processorSeconds)
  }

  private func settingsPath(_ method: String) -> String { "\(directory)/\(method)/settings.json" }

  private func path(_ method: String, _ job: String, _ unit: Int) -> String {
    "\(directory)/\(method)/\(job)-\(unit).json"
  }

  private func unfinishedPath(_ method: String, _ job: String, _ unit: Int) -> String {
    "\(directory)/\(method)/\(job)-\(unit).unfinished.json"
  }

  /// A whole number and the same as a fraction are equal.
  private static func isEqual(_ found: JSONValue?, _ wanted: JSONValue) -> Bool {
    guard let found else { return false }
    if let a = found.double, let b = wanted.double { return a == b }
    if let a = found.array, let b = wanted.array {
      return a.count == b.count && zip(a, b).allSatisfy { isEqual($0, $1) }
    }
    return found == wanted
  }
}
