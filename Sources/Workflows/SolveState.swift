internal import Checkpoint
internal import Editing
internal import Evaluation
internal import Store

/// The state that a batch is solved on: a stack, less some edits, with others beside it.
struct SolveState {
  let stack: EditStack
  var excluded: Set<EditID>
  var extra: [EncodedEdit.Part] = []
  /// The facts behind `extra`, by edit.
  private var extraHistory: [(edit: EditID, history: EditHistory)] = []
  /// The edits that were solved again, and what came in their place.
  private var successors: [EditID: EditID] = [:]
  /// The ids behind `extra`.
  var beside: [EditID] = []
  /// Those of `extra` that are in the repository.
  private(set) var storedExtra: [StoredEdit] = []

  /// A stack, less some edits.
  init(stack: EditStack, excluded: Set<EditID> = []) {
    self.stack = stack
    self.excluded = excluded
  }

  /// The ids of the edits that are active and in the repository.
  var ids: [EditID] { stack.edits.filter { !excluded.contains($0) } + storedExtra.map(\.id) }

  /// How many facts' keys enter a solve beside its own, at most.
  func protectedCount(_ rules: SolveRules) throws -> Int {
    guard rules.history != .forget else { return 0 }
    return try ids.reduce(0) { try $0 + edit($1).manifest.facts.count }
  }

  /// One of them.
  func edit(_ id: EditID) throws -> StoredEdit {
    try storedExtra.first { $0.id == id } ?? stack.edit(id)
  }

  /// Names the model: weights and configuration of the base, edits and what is beside them. Equal names mean equal
  /// answers.
  ///
  /// - Throws: ``FileFailure`` where a change is on the disk and cannot be read.
  func modelKey(_ base: BaseManifest) throws -> Digest {
    var digest = DigestAccumulator()
    digest.append(Array(base.fingerprint.hexadecimal.utf8))
    digest.append(Array("\(base.configuration?.hexadecimal ?? "none")\n".utf8))
    for id in stack.edits where !excluded.contains(id) {
      digest.append(Array(id.hexadecimal.utf8))
    }
    let beside = try extra.map { "\($0.tensor) \(Digest(of: try $0.payload()))" }.sorted()
    for name in beside { digest.append(Array(name.utf8)) }
    return digest.finish()
  }

  /// Puts an edit that is in the repository beside the stack.
  mutating func add(stored edit: StoredEdit) throws {
    extra += try EncodedEdit(stored: edit).parts
    beside.append(edit.id)
    storedExtra.append(edit)
    if let history = try EditHistory(of: edit) { extraHistory.append((edit.id, history)) }
  }

  /// Puts a solved batch beside the stack, in the place of one that was solved before.
  mutating func add(_ solution: BatchSolution, _ id: EditID, insteadOf old: EditID) {
    beside.append(id)
    extra += solution.encoded.parts
    let history = EditHistory(facts: solution.cases.map(\.fact), templates: solution.templates)
    extraHistory.append((id, history))
    successors[old] = id
  }

  /// The edits that stand where others stood when an edit was computed.
  func present(_ edits: [EditID]) -> Set<EditID> { Set(edits.map { successors[$0] ?? $0 }) }

  /// The facts of the edits that it has, by edit.
  func history() throws -> [(edit: EditID, history: EditHistory)] {
    try stack.edits.filter { !excluded.contains($0) }.compactMap { id in
      try EditHistory(of: stack.edit(id)).map { (id, $0) }
    } + extraHistory
  }
}

extension Workspace {
  /// The answers to some facts on a state.
  func measure(_ cases: [FactCase], on state: SolveState) throws -> [FactMeasurement] {
    guard !cases.isEmpty else { return [] }
    let model = try model(
      at: state.stack, excluding: state.excluded, adding: state.extra)
    return try FactMeter(PromptScorer(model, tokenizer(at: state.stack))).measure(cases)
  }
}
