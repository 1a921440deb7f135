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
  }

  private func settingsPath(_ method: String) -> String { "\(directory)/\(method)/settings.json" }

  private func path(_ method: String, _ job: String, _ unit: Int) -> String {
    "\(directory)/\(method)/\(job)-\(unit).json"
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
