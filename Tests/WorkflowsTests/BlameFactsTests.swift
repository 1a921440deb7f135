import Checkpoint
import Diagnostics
import Editing
import Files
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

@Suite("Which commit last set a fact")
struct BlameFactsTests {
  /// A repository whose edits have facts and payloads that are never read.
  private struct FactHistory {
    let directory: TemporaryDirectory
    let repository: EditRepository
    private static let tensor = "h.0.mlp.out.weight"

    init() throws {
      directory = try TemporaryDirectory()
      let record = TensorRecord(
        declaration: .init(name: Self.tensor, elementType: .float32, shape: [8, 8]),
        digest: Digest(of: [1]), largestMagnitude: nil)
      let base = try BaseManifest(
        fingerprint: CheckpointManifest([record]).fingerprint, architecture: "none",
        modelType: "none",
        tensors: [
          .init(
            name: Self.tensor, elementType: .float32, shape: [8, 8], digest: Digest(of: [1]),
            gridExponent: -50)
        ], tokenizer: nil)
      repository = try EditRepository.create(
        in: directory.path, base: base, named: "facts", StudyRepository.environment)
    }

    /// Commits facts: subjects with their objects, and takes another commit's out.
    @discardableResult
    func commit(
      _ facts: [(String, String)], payload: UInt64, inPlaceOf old: RecordedCommit? = nil
    ) throws -> RecordedCommit {
      let error = try #require(DecimalText(0.001))
      var bytes: [UInt8] = []
      withUnsafeBytes(of: payload) { bytes.append(contentsOf: $0) }
      let commit = StackCommit(in: repository)
      for edit in old?.added ?? [] { commit.drop(edit) }
      let edit = commit.newEdit()
      try edit.add(
        delta: .init(
          tensor: Self.tensor, kind: .lowRank(rank: 1), shape: [8, 8], relativeError: error,
          keyError: error, norm: error, weightNorm: nil), payload: bytes)
      _ = try commit.add(
        edit,
        EditDescription(
          method: "memit", provenance: .computed,
          computedOn: repository.commit(repository.head().commit).tree, tool: "test"),
        facts: Store.FactLines(
          facts.map {
            "{\"prompt\":\"{} is in\",\"subject\":\"\($0.0)\",\"target_new\":\"\($0.1)\"}"
          }))
      return try commit.record("Edit \(payload)", as: .commit, onto: .head(expecting: nil))
    }

    func blame(_ subject: String) throws -> [String] {
      do {
        return try BlameFacts(in: repository, progress: NoProgress()).run(
          .subject(subject), at: RevisionExpression("HEAD")
        ).flatMap(\.events).map { "\($0.kind.rawValue) \($0.fact.targetNew) \($0.commit.id)" }
      } catch WorkflowError.factNeverSet {
        return []
      }
    }

    /// The same by reading every edit of every commit.
    func bruteForce(_ subject: String) throws -> Set<String> {
      var events: Set<String> = []
      func objects(_ commit: ObjectID) throws -> [EditID: [String]] {
        let stack = try repository.stack(at: commit)
        return try Dictionary(
          uniqueKeysWithValues: stack.edits.map { id in
            let lines = try stack.edit(id).facts().lines.filter {
              $0.lowercased().contains("\"subject\":\"\(subject.lowercased())\"")
            }
            return (id, lines.map { String($0.split(separator: "\"")[11]) })
          })
      }
      try repository.walk(from: [repository.head().commit]) { entry in
        let own = try objects(entry.id)
        let parents = try entry.commit.parents.map { try objects($0) }
        for (edit, values) in own where parents.allSatisfy({ $0[edit] == nil }) {
          for value in values { events.insert("set \(value) \(entry.id)") }
        }
        // Histories here have no merge that takes out by itself.
        for (edit, values) in parents.first ?? [:]
        where own[edit] == nil && parents.allSatisfy({ $0[edit] != nil }) {
          for value in values { events.insert("taken_out \(value) \(entry.id)") }
        }
        return .goOn
      }
      return events
    }
  }

  @Test(
    "the index says what reading every commit says, while the history grows, branches, merges and reverts",
    arguments: 1...4)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let history = try FactHistory()
    let repository = history.repository
    let subjects = ["Oslo", "Bern", "Kyiv", "Graz", "Zürich", "東京"]
    try repository.createBranch("side", at: repository.head().commit)
    for step in 0..<24 {
      try repository.switchTo(branch: Bool.random(using: &random) ? "main" : "side")
      let active = try repository.stack(at: repository.head().commit).edits
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where !active.isEmpty:
        let gone = try #require(active.randomElement(using: &random))
        _ = try repository.removeEdit(gone, message: "Remove one")
      case 1:
        let other = try repository.head().branch == "main" ? "side" : "main"
        let plan = try repository.planMerge(
          of: repository.commitID(RevisionExpression(other)), into: repository.head().commit,
          findConflicts: { _, _ in [] })
        _ = try repository.merge(plan, message: "Merge \(other)")
      default:
        let chosen = subjects.shuffled(using: &random).prefix(2)
        try history.commit(
          chosen.map { ($0, "Town \(step)") }, payload: seed << 32 | UInt64(step))
      }
      guard step % 5 == 4 else { continue }
      for subject in subjects {
        #expect(try Set(history.blame(subject)) == history.bruteForce(subject), "\(subject)")
      }
    }
    // Built in pieces or at once: one answer.
    let grown = try subjects.map { try history.blame($0) }
    try removeTree(repository.location.privateDirectory + "/cache")
    #expect(try subjects.map { try history.blame($0) } == grown)
  }

  @Test("letter case, space and the way in which characters are composed do not count")
  func forms() throws {
    let history = try FactHistory()
    let commit = try history.commit([("Z\u{FC}rich  City", "Rome")], payload: 1)
    let event = ["set Rome \(commit.id)"]
    for form in ["Zürich City", "zu\u{308}RICH city", " Z\u{FC}rich City "] {
      #expect(try history.blame(form) == event, "\(form)")
    }
    #expect(try history.blame("Zurich City") == [])
  }

  @Test(
    "the same object, whatever its space, is the same fact solved again; in other letters it is another"
  )
  func sameObject() throws {
    let history = try FactHistory()
    let first = try history.commit([("Oslo", "New York")], payload: 1)
    let again = try history.commit([("Oslo", "New  York")], payload: 2, inPlaceOf: first)
    let other = try history.commit([("Oslo", "NEW YORK")], payload: 3, inPlaceOf: again)
    #expect(
      try history.blame("Oslo") == [
        "set NEW YORK \(other.id)", "taken_out New  York \(other.id)",
        "solved_again New  York \(again.id)", "set New York \(first.id)",
      ])
  }

  @Test("a merge that takes an edit out by itself is named, one that follows a side is not")
  func takenOutByMerge() throws {
    let history = try FactHistory()
    let repository = history.repository
    let shared = try history.commit([("Oslo", "Rome")], payload: 1)
    try repository.createBranch("side", at: shared.id)
    let ours = try history.commit([("Bern", "Lima")], payload: 2)
    try repository.switchTo(branch: "side")
    let removal = try repository.removeEdit(shared.added[0], message: "Remove")
    try history.commit([("Kyiv", "Cork")], payload: 3)
    try repository.switchTo(branch: "main")
    let plan = try repository.planMerge(
      of: repository.commitID(RevisionExpression("side")), into: repository.head().commit,
      findConflicts: { _, _ in [] })
    let merge = try #require(
      try repository.merge(plan, message: "Merge") { $0.drop(ours.added[0]) })
    #expect(
      try history.blame("Oslo") == ["taken_out Rome \(removal.id)", "set Rome \(shared.id)"])
    #expect(try history.blame("Bern") == ["taken_out Lima \(merge.id)", "set Lima \(ours.id)"])
  }
}
