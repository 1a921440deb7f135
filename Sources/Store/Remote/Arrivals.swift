import Diagnostics

/// What a fetch has brought into a repository that nobody else looks at.
struct Arrivals {
  static let headsPrefix = "refs/incoming/heads/"
  static let notesName = "refs/incoming/notes"
  static let settingsName = "refs/incoming/settings"

  /// Branches by name, and their commits.
  var heads: [String: ObjectID] = [:]
  /// Tags by full name, and what they name.
  var tags: [String: ObjectID] = [:]
  /// The notes' commit.
  var notes: ObjectID?
  /// The shared settings' commit.
  var settings: ObjectID?
  /// Branches that are not emend's, and were passed over.
  private var foreign: Set<String> = []

  /// Reads what came and verifies all that is new in it. Branches and tags of commits that are not emend's are passed over with
  /// a warning.
  ///
  /// - Parameter known: commits that were here before.
  /// - Parameter kept: branches that are not passed over.
  /// - Throws: ``RemoteError/sentDamage(_:finding:count:)``.
  static func verified(
    in repository: EditRepository, from remote: RemoteTarget, known: [ObjectID],
    keeping kept: Set<String>, inspecting inspect: EditInspection?, progress: any ProgressSink
  ) throws -> (Arrivals, CheckReport) {
    do {
      var arrivals = try Arrivals(in: repository)
      arrivals.passOverForeign(in: repository, keeping: kept, progress)
      let report = try arrivals.verify(in: repository, known, inspect, progress)
      let refused = report.findings.filter(isReasonToRefuse)
      if let first = refused.first {
        throw RemoteError.sentDamage(
          remote.address.shown, finding: first.explanation, count: refused.count)
      }
      return (arrivals, report)
    } catch let error as RemoteError {
      throw error
    } catch let error as any ExplainedError where isAboutContent(error) {
      throw RemoteError.sentDamage(
        remote.address.shown, finding: error.explanation, count: 1)
    }
  }

  /// How a transport is asked for the notes and the shared settings that a remote has.
  static func companions(of listing: RemoteListing) -> [String] {
    [(NotesStore.reference, notesName), (SharedSettings.reference, settingsName)]
      .filter { listing.references[$0.0] != nil }.map { "+\($0.0):\($0.1)" }
  }

  /// How a transport is asked for a branch.
  static func specification(of branch: String) -> String {
    "+refs/heads/\(branch):\(headsPrefix)\(branch)"
  }

  /// How a transport is asked for all branches, and which tags it is to bring beside: one by one where there are names that nothing
  /// here could hold.
  static func everything(
    of listing: RemoteListing, tags: TagRule
  ) -> (specifications: [String], tags: TagRule) {
    guard !listing.unnamable.isEmpty else { return (["+refs/heads/*:\(headsPrefix)*"], tags) }
    let named =
      tags == .none ? [] : listing.references.keys.filter { $0.hasPrefix("refs/tags/") }.sorted()
    return (listing.branches.map(specification) + named.map { "+\($0):\($0)" }, .none)
  }

  /// Says that something of the remote is passed over.
  static func warn(ofForeign kind: String, _ name: String, _ progress: any ProgressSink) {
    progress.warn("left out: the \(kind) \(name), which is not emend's (no file 'format')")
  }

  private mutating func passOverForeign(
    in repository: EditRepository, keeping kept: Set<String>, _ progress: any ProgressSink
  ) {
    for (name, id) in heads where !kept.contains(name) && repository.isForeign(id) {
      foreign.insert(name)
    }
    for name in foreign.sorted() {
      heads[name] = nil
      Self.warn(ofForeign: "branch", name, progress)
    }
    tags = tags.filter { !repository.isForeign($0.value) }
  }

  init(heads: [String: ObjectID]) { self.heads = heads }

  /// Refuses what came without a branch that was asked for.
  func require(_ branches: some Sequence<String>, from remote: RemoteTarget) throws(RemoteError) {
    guard
      let missing = branches.sorted().first(where: { heads[$0] == nil && !foreign.contains($0) })
    else { return }
    throw .notSent(branch: missing, remote: remote.address.shown)
  }

  private init(in repository: EditRepository) throws {
    let references = repository.references
    for reference in try references.list(Self.headsPrefix)
    where reference.name != Self.headsPrefix + "HEAD" {
      heads[String(reference.name.dropFirst(Self.headsPrefix.count))] = reference.target
    }
    for reference in try references.list("refs/tags/") { tags[reference.name] = reference.target }
    notes = try references.target(of: Self.notesName)
    settings = try references.target(of: Self.settingsName)
  }

  private func verify(
    in repository: EditRepository, _ known: [ObjectID], _ inspect: EditInspection?,
    _ progress: any ProgressSink
  ) throws -> CheckReport {
    let database = repository.database
    let tips =
      try heads.values.map { try database.peeledToCommit($0) }
      + tags.values.compactMap { try database.commit(behind: $0) }
    if let settings { _ = try repository.sharedSettings(at: settings) }
    return try repository.checkIncoming(
      tips, known: known, notes: notes, inspecting: inspect, progress: progress)
  }

  /// Damage is; so is whatever else lies in an edit. What merely looks unusual is not.
  private static func isReasonToRefuse(_ finding: CheckFinding) -> Bool {
    if finding.severity == .damage { return true }
    if case .edit = finding.subject { return true }
    return false
  }

  /// Not what a disk refuses: that is said as it is.
  private static func isAboutContent(_ error: any ExplainedError) -> Bool {
    error is ObjectError || error is FormatError || error is GitFailure || error is StoreError
  }
}
