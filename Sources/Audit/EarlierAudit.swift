internal import Checkpoint
internal import Files

/// An audit of another day, as its `--json` wrote it.
package struct EarlierAudit: Sendable {
  private let file: String
  private let verdicts: [String: String]
  private let holds: [String: Bool]

  /// The latest `schema_version` that is understood.
  private static let newestVersion = 2

  /// Reads the document of `emend audit --json`.
  ///
  /// - Throws: ``FileFailure``, ``JSONError``, ``AuditError/notAnAudit(file:field:)``.
  package init(path: String) throws {
    file = path
    let document = try JSONValue(parsing: readFile(path, limit: 1 << 30), file: path)
    guard let version = document["schema_version"]?.integer,
      (1...Self.newestVersion).contains(version)
    else { throw AuditError.notAnAudit(file: path, field: "schema_version") }
    guard let data = document["data"], let commits = data["commits"]?.array else {
      throw AuditError.notAnAudit(file: path, field: "data.commits")
    }
    var verdicts: [String: String] = [:]
    for commit in commits {
      // The first form of the documents said "id".
      guard let id = (commit["commit"] ?? commit["id"])?.string,
        let verdict = commit["verdict"]?.string
      else {
        throw AuditError.notAnAudit(file: path, field: "data.commits[].verdict")
      }
      verdicts[id] = verdict
    }
    self.verdicts = verdicts
    var holds: [String: Bool] = [:]
    for fact in data["facts"]?.array ?? [] {
      guard let prompt = fact["prompt"]?.string, let target = fact["target"]?.string,
        case .bool(let value) = fact["holds_now"]
      else { throw AuditError.notAnAudit(file: path, field: "data.facts[]") }
      holds[Self.name(prompt, target)] = value
    }
    self.holds = holds
  }

  private static func name(_ prompt: String, _ target: String) -> String { "\(prompt) → \(target)" }

  /// What an audit says otherwise.
  package func compared(with report: AuditReport) -> AuditComparison {
    let now = Set(report.commits.map(\.id))
    let standing = report.facts.map { (Self.name($0.prompt, $0.target), $0.holdsNow) }
    return AuditComparison(
      file: file, added: report.commits.map(\.id).filter { verdicts[$0] == nil },
      missing: verdicts.keys.filter { !now.contains($0) }.sorted(),
      changed: report.commits.compactMap { commit in
        guard let before = verdicts[commit.id], before != commit.verdict.rawValue else {
          return nil
        }
        return .init(commit: commit.id, before: before, now: commit.verdict.rawValue)
      }, lost: standing.filter { holds[$0.0] == true && !$0.1 }.map(\.0),
      gained: standing.filter { holds[$0.0] == false && $0.1 }.map(\.0))
  }
}

extension AuditReport {
  /// The same report with what is otherwise than in an earlier audit.
  package func compared(with earlier: EarlierAudit) -> AuditReport {
    var report = self
    report.comparison = earlier.compared(with: self)
    return report
  }
}
